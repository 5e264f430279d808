using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using VisionCluster.Cli.Commands;

namespace VisionCluster.Cli.Batch;

/// <summary>
/// Appends replies, one JSON object on each line, in the order in which they are complete. What an earlier run wrote stays; a last line
/// that it did not finish is cut off.
/// </summary>
internal sealed class BatchOutput : IDisposable
{
    private static readonly byte[] NewLine = "\n"u8.ToArray();

    private readonly FileStream _file;
    private readonly Lock _lock = new();

    /// <exception cref="CliException">The file holds something else.</exception>
    public BatchOutput(string path)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            Done = ReadDone(path);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Ids of replies that are there.</summary>
    public IReadOnlySet<string> Done { get; }

    /// <summary>Replies are whole on disk before the next one begins.</summary>
    public void Write(JsonObject reply)
    {
        byte[] line = [.. Encoding.UTF8.GetBytes(reply.ToJsonString(BatchJson.Options)), .. NewLine];
        lock (_lock)
        {
            _file.Write(line);
            _file.Flush();
        }
    }

    public void Dispose() => _file.Dispose();

    private HashSet<string> ReadDone(string path)
    {
        var (done, kept, number) = (new HashSet<string>(StringComparer.Ordinal), 0L, 0);
        using var reader = new StreamReader(_file, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        while (reader.ReadLine() is { } line)
        {
            number++;
            var end = kept + Encoding.UTF8.GetByteCount(line) + 1;
            if (end > _file.Length)
            {
                break; // without a line end: the run was cut off here
            }

            done.Add(IdOf(line) ?? throw new CliException($"{path}, line {number}, is not a reply of a batch; give another --output."));
            kept = end;
        }

        _file.SetLength(kept);
        _file.Position = kept;
        return done;
    }

    private static string? IdOf(string line)
    {
        try
        {
            return JsonNode.Parse(line) is JsonObject reply && reply["id"] is JsonValue id && id.TryGetValue<string>(out var text) ? text : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
