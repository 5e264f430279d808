using System.Globalization;
using VisionCluster.Bench;

// Usage: dotnet run -c Release --project bench -- [sessions] [tokens] [rounds]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var sessions = args.Length > 0 ? int.Parse(args[0]) : 16;
var tokens = args.Length > 1 ? int.Parse(args[1]) : 64;
var rounds = args.Length > 2 ? int.Parse(args[2]) : 5;

await using var rig = await Rig.StartAsync();
var engine = new EngineClient(rig.Host);
using var gateway = new GatewayClient(rig.Endpoint);
Console.WriteLine($"emoji-vlm, fp32, {rig.Host.Device}, {Environment.ProcessorCount} cores; {rounds} rounds in turn, medians (spread)");
Console.WriteLine();
Console.WriteLine($"{"work",-44} {"engine alone",20} {"through gRPC",20} {"ratio",8}");

await Compare($"decode, {sessions} sessions × {tokens} tokens (tokens/s)", c => Workloads.DecodeAsync(c, sessions, tokens), higherIsBetter: true);
await Compare("first token of a text prompt, idle (ms)", Workloads.FirstTokenAsync, higherIsBetter: false);
await Compare("first token of a new picture, idle (ms)", Workloads.FirstTokenOfPictureAsync, higherIsBetter: false);
await Compare("new pictures, 16 at a time (images/s)", Workloads.PicturesAsync, higherIsBetter: true);

async Task Compare(string name, Func<IBenchClient, Task<double>> work, bool higherIsBetter)
{
    await work(engine); // warm-up
    await work(gateway);
    var (alone, through) = (new List<double>(), new List<double>());
    for (var round = 0; round < rounds; round++)
    {
        alone.Add(await work(engine));
        through.Add(await work(gateway));
    }

    var ratio = higherIsBetter ? Median(through) / Median(alone) : Median(alone) / Median(through);
    Console.WriteLine($"{name,-44} {Text(alone),20} {Text(through),20} {ratio,7:F2}x");
}

static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

static string Text(List<double> values) => $"{Median(values):F1} ({values.Min():F1}-{values.Max():F1})";
