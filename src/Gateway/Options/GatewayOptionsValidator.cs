using System.Net;
using Microsoft.Extensions.Options;
using VisionCluster.Gateway.Auth;

namespace VisionCluster.Gateway.Options;

/// <summary>Reports every error at once, each with its property and value.</summary>
internal sealed class GatewayOptionsValidator : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var errors = new List<string>();
        Require(IPAddress.TryParse(options.Address, out _), nameof(options.Address), "must be an IP address", options.Address);
        InRange(nameof(options.GrpcPort), options.GrpcPort, 0, 65_535);
        InRange(nameof(options.MaxMessageBytes), options.MaxMessageBytes, 64 << 10, 1 << 30);
        InRange(nameof(options.MaxStreamsPerConnection), options.MaxStreamsPerConnection, 1, 65_535);
        Above(nameof(options.DirectoryInterval), options.DirectoryInterval);

        InRange("Limits.MaxImages", options.Limits.MaxImages, 0, 1_024);
        InRange("Limits.MaxMessages", options.Limits.MaxMessages, 1, 65_536);
        InRange("Limits.MaxParts", options.Limits.MaxParts, 1, 65_536);
        InRange("Limits.MaxTexts", options.Limits.MaxTexts, 1, 65_536);
        InRange("Limits.MaxTextChars", options.Limits.MaxTextChars, 1, 100_000_000);
        InRange("Limits.Image.MaxBytes", options.Limits.Image.MaxBytes, 1, options.MaxMessageBytes);

        InRange("Admission.MaxGenerations", options.Admission.MaxGenerations, 1, 1_000_000);
        InRange("Admission.MaxTasks", options.Admission.MaxTasks, 1, 1_000_000);
        InRange("Admission.MaxIngests", options.Admission.MaxIngests, 1, 1_024);
        InRange("Admission.MaxQueuedIngests", options.Admission.MaxQueuedIngests, 0, 1_000_000);
        Above("Admission.MaxQueueTime", options.Admission.MaxQueueTime);
        Above("Admission.RetryAfter", options.Admission.RetryAfter);

        InRange("Routing.PrefixEntries", options.Routing.PrefixEntries, 0, 100_000_000);
        Require(options.Routing.MaxImbalance is >= 0 and <= 100, "Routing.MaxImbalance", "must be 0 to 100", options.Routing.MaxImbalance);

        Above("Failover.CallTimeout", options.Failover.CallTimeout);
        Above("Failover.Timeout", options.Failover.Timeout);
        Require(
            options.Failover.DrainTimeout >= TimeSpan.Zero,
            "Failover.DrainTimeout",
            "must not be negative",
            options.Failover.DrainTimeout);
        Above("Failover.MaxResumeWindow", options.Failover.MaxResumeWindow);

        InRange("Images.EmbeddingCacheBytes", options.Images.EmbeddingCacheBytes, 0, long.MaxValue);
        InRange("Images.StoreBytes", options.Images.StoreBytes, options.Limits.Image.MaxBytes, long.MaxValue);

        InRange("RemoteImages.MaxRedirects", options.RemoteImages.MaxRedirects, 0, 10);
        InRange("RemoteImages.MaxFetches", options.RemoteImages.MaxFetches, 1, 1_024);
        InRange("RemoteImages.MaxUrlChars", options.RemoteImages.MaxUrlChars, 16, 65_536);
        Above("RemoteImages.Timeout", options.RemoteImages.Timeout);
        errors.AddRange(options.RemoteImages.Errors().Concat(options.Auth.Errors()));
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void InRange(string property, long value, long least, long most) =>
            Require(value >= least && value <= most, property, $"must be {least} to {most}", value);

        void Above(string property, TimeSpan value) => Require(value > TimeSpan.Zero, property, "must be above zero", value);

        void Require(bool holds, string property, string rule, object? value)
        {
            if (!holds)
                errors.Add($"GatewayOptions.{property} {rule}; it is '{value}'.");
        }
    }
}
