namespace VisionCluster.Cli.Commands;

/// <summary>The command line or an input file cannot be used; the message says what to change.</summary>
internal sealed class CliException(string message, Exception? inner = null) : Exception(message, inner);
