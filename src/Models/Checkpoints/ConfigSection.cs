using System.Text.Json;

namespace VisionCluster.Models.Checkpoints;

/// <summary>
/// An object of <c>config.json</c> that is read option by option. Whatever nobody read, and is not known to be without influence on the
/// result, is refused by name (<see cref="RefuseUnknown"/>): an option is honoured or refused, never ignored.
/// </summary>
public sealed class ConfigSection
{
    private const int MaxShown = 60;

    private readonly string _path;
    private readonly Dictionary<string, JsonElement> _values;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    private ConfigSection(string path, JsonElement element)
    {
        _path = path;
        _values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            _values[property.Name] = property.Value;
        }
    }

    /// <summary>Reads a checkpoint's <c>config.json</c>.</summary>
    public static ConfigSection Load(string folder) =>
        Parse("config.json", CheckpointJson.Read(folder, "config.json") ?? throw new ModelException("The checkpoint has no config.json."));

    public static ConfigSection Parse(string path, JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? new ConfigSection(path, element)
        : throw new ModelException($"{path} is not a JSON object.");

    /// <summary>Present and not null.</summary>
    public bool Has(string key)
    {
        _read.Add(key);
        return _values.TryGetValue(key, out var value) && value.ValueKind != JsonValueKind.Null;
    }

    /// <summary>Present as null, which some options tell from absent.</summary>
    public bool IsNull(string key)
    {
        _read.Add(key);
        return _values.TryGetValue(key, out var value) && value.ValueKind == JsonValueKind.Null;
    }

    public string String(string key) => StringOrNull(key) ?? throw Missing(key);

    public string String(string key, string fallback) => StringOrNull(key) ?? fallback;

    public string? StringOrNull(string key) => !Has(key) ? null
        : _values[key].ValueKind == JsonValueKind.String ? _values[key].GetString() : throw Wrong(key, "a string");

    public int Int(string key) => IntOrNull(key) ?? throw Missing(key);

    public int Int(string key, int fallback) => IntOrNull(key) ?? fallback;

    public int? IntOrNull(string key)
    {
        if (!Has(key))
        {
            return null;
        }

        return _values[key].ValueKind == JsonValueKind.Number && _values[key].TryGetDouble(out var number)
            && number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue ? (int)number : throw Wrong(key, "an integer");
    }

    /// <summary>A size: an integer of at least 1 and at most 16 million.</summary>
    public int Size(string key, int? fallback = null)
    {
        var value = IntOrNull(key) ?? fallback ?? throw Missing(key);
        return value is >= 1 and <= 1 << 24 ? value : throw new ModelException($"{_path}: {key} is {value}; it must be 1 to {1 << 24}.");
    }

    public double Number(string key, double fallback)
    {
        if (!Has(key))
        {
            return fallback;
        }

        return _values[key].ValueKind == JsonValueKind.Number && _values[key].TryGetDouble(out var number) && double.IsFinite(number)
            ? number : throw Wrong(key, "a number");
    }

    public bool Bool(string key, bool fallback) => !Has(key) ? fallback : _values[key].ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(key, "true or false"),
    };

    public ConfigSection? Section(string key) => Has(key) ? Parse($"{_path}: {key}", _values[key]) : null;

    public JsonElement? Raw(string key) => Has(key) ? _values[key] : null;

    /// <summary>Accepts an option only with the value that changes nothing.</summary>
    public void RequireOnly(string key, params string[] allowed)
    {
        if (Has(key) && !allowed.Contains(_values[key].ToString(), StringComparer.OrdinalIgnoreCase))
        {
            throw new ModelException($"{_path}: {key} = {Show(key)} is not supported (only {string.Join(", ", allowed)}).");
        }
    }

    public void RefuseUnknown(params string[] withoutInfluence)
    {
        foreach (var key in _values.Keys)
        {
            if (!_read.Contains(key) && !withoutInfluence.Contains(key, StringComparer.Ordinal) && !NeutralConfigKeys.IsNeutral(key, _values[key]))
            {
                throw new ModelException($"{_path}: the option {key} is not known; remove it or use a version that honours it.");
            }
        }
    }

    private ModelException Missing(string key) => new($"{_path} lacks {key}.");

    private ModelException Wrong(string key, string expected) => new($"{_path}: {key} is {Show(key)}; it must be {expected}.");

    /// <summary>A value in one short line.</summary>
    private string Show(string key)
    {
        var text = string.Join(' ', _values[key].ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= MaxShown ? text : $"{text.AsSpan(0, MaxShown)}…";
    }
}
