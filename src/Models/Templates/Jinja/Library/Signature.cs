namespace VisionCluster.Models.Templates.Jinja;

/// <summary>Parameter names of a function of the library; those written with <c>?</c> may be left out.</summary>
internal sealed class Signature
{
    private readonly string[] _names;
    private readonly int _required;

    public Signature(string parameters)
    {
        _names = parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        _required = _names.TakeWhile(name => !name.EndsWith('?')).Count();
        for (var i = 0; i < _names.Length; i++)
            _names[i] = _names[i].TrimEnd('?');
    }

    /// <summary>Values in order of the parameters, null for those left out.</summary>
    public JinjaValue?[] Bind(string function, Arguments arguments)
    {
        if (arguments.Positional.Count > _names.Length)
        {
            throw JinjaException.Type(
                $"TypeError: {function}() takes {_names.Length} arguments but {arguments.Positional.Count} were given");
        }

        var values = new JinjaValue?[_names.Length];
        for (var i = 0; i < arguments.Positional.Count; i++)
            values[i] = arguments.Positional[i];
        foreach (var (name, value, _) in arguments.Named)
        {
            var index = Array.IndexOf(_names, name);
            if (index < 0)
                throw JinjaException.Type($"TypeError: {function}() got an unexpected keyword argument '{name}'");
            if (values[index] is not null)
                throw JinjaException.Type($"TypeError: {function}() got multiple values for argument '{name}'");
            values[index] = value;
        }

        for (var i = 0; i < _required; i++)
        {
            if (values[i] is null)
                throw JinjaException.Type($"TypeError: {function}() missing required argument: '{_names[i]}'");
        }

        return values;
    }
}
