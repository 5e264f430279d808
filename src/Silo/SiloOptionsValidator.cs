using Microsoft.Extensions.Options;
using VisionCluster.Models.Quantization;

namespace VisionCluster.Silo;

/// <summary>Reports every error at once.</summary>
internal sealed class SiloOptionsValidator : IValidateOptions<SiloOptions>
{
    public ValidateOptionsResult Validate(string? name, SiloOptions options)
    {
        var errors = new List<string>();
        Require(options.ClusterId.Length > 0, "SiloOptions.ClusterId must not be empty.");
        foreach (var (property, port) in new[]
        {
            (nameof(options.SiloPort), options.SiloPort),
            (nameof(options.GatewayPort), options.GatewayPort),
            (nameof(options.PrimarySiloPort), options.PrimarySiloPort),
        })
        {
            Require(port is >= 0 and <= 65_535, $"SiloOptions.{property} must be 0 to 65535; it is {port}.");
        }

        foreach (var (property, time) in new[]
        {
            (nameof(options.ResponseTimeout), options.ResponseTimeout),
            (nameof(options.ProbeTimeout), options.ProbeTimeout),
            ("Directory.ReportInterval", options.Directory.ReportInterval),
        })
        {
            Require(time > TimeSpan.Zero, $"SiloOptions.{property} must be above zero; it is {time}.");
        }

        Require(options.DrainTimeout >= TimeSpan.Zero, $"SiloOptions.DrainTimeout must not be negative; it is {options.DrainTimeout}.");
        Require(
            options.MaxMessageBytes >= 1 << 20,
            $"SiloOptions.MaxMessageBytes must be at least 1 MiB; it is {options.MaxMessageBytes}.");
        Require(
            options.Directory.SilenceLimit > options.Directory.ReportInterval,
            $"SiloOptions.Directory.SilenceLimit must be above ReportInterval; it is {options.Directory.SilenceLimit}.");
        foreach (var (property, precision) in options.Models.Select(model => ($"Models:{model.Key}.Precision", model.Value.Precision))
            .Prepend((nameof(options.Precision), options.Precision)))
        {
            Require(
                ModelPrecisions.TryParse(precision, out _),
                $"SiloOptions.{property} must be one of {ModelPrecisions.Choices}; it is {precision}.");
        }

        errors.AddRange(options.Decoder.Errors().Select(e => "SiloOptions." + e));
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Require(bool holds, string error)
        {
            if (!holds)
                errors.Add(error);
        }
    }
}
