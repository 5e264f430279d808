using System.CommandLine;
using VisionCluster.Cli.Commands;

// Every command answers Ctrl-C itself: chat cancels the answer and stays, run drains.
return await RootCommands.Create().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
