using System.Globalization;
using System.Text.Json.Nodes;
using Grpc.Core;
using VisionCluster.Cli.Client;
using VisionCluster.Cli.Commands;

namespace VisionCluster.Cli.Batch;

/// <summary>Answers one line. Whatever is wrong with it becomes its reply; a server that is full or away is asked again.</summary>
internal sealed class BatchRunner(ClusterConnection connection, string folder)
{
    private const int MaxAttempts = 8;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);

    public async Task<JsonObject> AnswerAsync(BatchLine line, CancellationToken cancellationToken)
    {
        string? customId = null;
        try
        {
            var request = BatchRequest.Parse(line);
            customId = request.CustomId;
            var body = await RetryAsync(() => CallAsync(line.Id, request, cancellationToken), cancellationToken);
            return BatchJson.Reply(line.Id, customId, body);
        }
        catch (BatchLineException e)
        {
            return BatchJson.Failed(line.Id, e.CustomId, e.Code, e.Message);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            return BatchJson.Refused(line.Id, customId, HttpStatus(e.StatusCode), e.StatusCode.ToString(), e.Status.Detail);
        }
        catch (Exception e) when (e is CliException or InvalidOperationException or FormatException or ArgumentException or IOException)
        {
            // JsonNode says so about a value of another kind, and about two members of one name.
            return BatchJson.Refused(line.Id, customId, 400, "invalid_request", e.Message);
        }
    }

    private static async Task<JsonObject> RetryAsync(Func<Task<JsonObject>> call, CancellationToken cancellationToken)
    {
        for (var (attempt, pause) = (1, FirstPause); ; attempt++, pause *= 2)
        {
            try
            {
                return await call();
            }
            catch (RpcException e) when (attempt < MaxAttempts && e.StatusCode is StatusCode.ResourceExhausted or StatusCode.Unavailable)
            {
                await Task.Delay(Hint(e) ?? pause, cancellationToken);
            }
        }
    }

    private static TimeSpan? Hint(RpcException e) =>
        int.TryParse(e.Trailers.GetValue("retry-after-ms"), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds) : null;

    private static int HttpStatus(StatusCode status) => status switch
    {
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => 400,
        StatusCode.Unauthenticated => 401,
        StatusCode.PermissionDenied => 403,
        StatusCode.NotFound or StatusCode.Unimplemented => 404,
        StatusCode.ResourceExhausted => 429,
        StatusCode.Unavailable => 503,
        StatusCode.DeadlineExceeded => 504,
        _ => 500,
    };

    private async Task<JsonObject> CallAsync(string id, BatchRequest request, CancellationToken cancellationToken)
    {
        if (request.Url == BatchRequest.EmbeddingsUrl)
        {
            var response = await connection.Client.EmbedAsync(
                EmbeddingList.Read(request.Body), connection.Headers, cancellationToken: cancellationToken);
            return EmbeddingList.Write(request.Body, response);
        }

        var answer = await AnswerStream.ReadAsync(connection, ChatCompletion.Read(request.Body, folder), null, cancellationToken);
        return ChatCompletion.Write(id, answer);
    }
}
