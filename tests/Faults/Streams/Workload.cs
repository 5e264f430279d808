using Google.Protobuf;
using VisionCluster.Contracts.V1;
using VisionCluster.TestKit;

namespace VisionCluster.Faults.Tests.Streams;

/// <summary>Requests of every kind: greedy, sampled, with stop strings, with log probabilities; half of them with a picture.</summary>
internal static class Workload
{
    private const uint Tokens = 1_600; // seconds, so that there is a middle
    private static readonly string[] Pictures = ["red-apple", "rocket", "sunflower", "butterfly"];

    /// <summary>Streams at once; 8 unless VISIONCLUSTER_FAULT_STREAMS says otherwise.</summary>
    public static int Streams { get; } = Number("VISIONCLUSTER_FAULT_STREAMS", 8);

    /// <summary>Repetitions of a scenario; 1 unless VISIONCLUSTER_FAULT_ROUNDS says otherwise.</summary>
    public static int Rounds { get; } = Number("VISIONCLUSTER_FAULT_ROUNDS", 1);

    public static IReadOnlyList<GenerateRequest> Create() => [.. Enumerable.Range(0, Streams).Select(Create)];

    private static GenerateRequest Create(int i)
    {
        var message = new Message { Role = Message.Types.Role.User };
        if (i % 2 == 0)
        {
            var file = Path.Combine(Fixtures.EmojiVlm, "samples", Pictures[i / 2 % Pictures.Length] + ".png");
            message.Parts.Add(new Part { Image = new Image { Data = ByteString.CopyFrom(File.ReadAllBytes(file)) } });
        }

        message.Parts.Add(new Part { Text = $"Question {i}: what is this, and what else?" });
        var request = new GenerateRequest
        {
            Messages = { message },
            Stopping = new Stopping { MaxTokens = Tokens, IgnoreEos = true },
            SessionId = i % 3 == 0 ? "s" : "",
        };
        switch (i % 4)
        {
            case 1:
                request.Sampling = new Sampling { Temperature = 1.1f, TopP = 0.98f, Seed = (ulong)i };
                break;
            case 2:
                request.Sampling = new Sampling { Temperature = 1.2f, TopK = 50, Seed = (ulong)i, FrequencyPenalty = 0.2f };
                request.Stopping.Stop.Add(["no such words", "an apple a day keeps"]);
                break;
            case 3:
                request.Sampling = new Sampling { RepetitionPenalty = 1.1f };
                request.LogProbs = new LogProbs { Enabled = true, Top = 3 };
                break;
        }

        return request;
    }

    private static int Number(string variable, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out var number) ? number : standard;
}
