using System.Diagnostics;
using System.Text;
using VisionCluster.Models.Checkpoints;
using VisionCluster.Models.Families;
using VisionCluster.TestKit;

namespace VisionCluster.Models.Tests.Checkpoints;

/// <summary>Configurations with random damage end in a model family or in one sentence; never in a crash or a hang.</summary>
public sealed class ConfigFuzzTests
{
    private const int Seed = 4711;
    private const int MutationsPerConfig = 400;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(5);

    private static readonly string[] Values =
        ["null", "-1", "0", "1e308", "9223372036854775807", "\"x\"", "[]", "{}", "true", "[1,[2]]", "0.5", "4294967296", "\"\\u0000\""];

    public static TheoryData<string> Configs =>
        [.. Fixtures.Folders("families").Append(Fixtures.EmojiVlm).Select(folder => Path.GetRelativePath(Fixtures.RepositoryRoot, folder))];

    [Theory]
    [MemberData(nameof(Configs))]
    public void Read_MutatedConfig_FamilyOrModelException(string folder)
    {
        var text = File.ReadAllText(Path.Combine(Fixtures.RepositoryRoot, folder, "config.json"));
        var random = new Random(Seed);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < MutationsPerConfig && clock.Elapsed < Bound; i++)
        {
            var mutated = Mutate(text, random);
            try
            {
                using var directory = new TemporaryFolder();
                File.WriteAllText(Path.Combine(directory.Path, "config.json"), mutated);
                ModelFamily.Read(ConfigSection.Load(directory.Path));
            }
            catch (ModelException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }

    private static string Mutate(string text, Random random)
    {
        var edited = new StringBuilder(text);
        for (var edits = random.Next(1, 4); edits > 0; edits--)
        {
            var lines = edited.ToString().Split('\n');
            var line = random.Next(lines.Length);
            var colon = lines[line].IndexOf(':', StringComparison.Ordinal);
            switch (random.Next(4))
            {
                case 0 when colon > 0:
                    var comma = lines[line].TrimEnd().EndsWith(',') ? "," : "";
                    lines[line] = $"{lines[line][..colon]}: {Values[random.Next(Values.Length)]}{comma}";
                    break;
                case 1:
                    lines[line] = "";
                    break;
                case 2 when lines[line].Length > 0:
                    var at = random.Next(lines[line].Length);
                    lines[line] = lines[line].Remove(at, 1).Insert(at, ((char)random.Next(32, 127)).ToString());
                    break;
                default:
                    lines[line] += $" \"{(char)random.Next('a', 'z')}ption\": {Values[random.Next(Values.Length)]},";
                    break;
            }

            edited = new StringBuilder(string.Join('\n', lines));
        }

        return edited.ToString();
    }
}
