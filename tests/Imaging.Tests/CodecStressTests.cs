using System.Diagnostics;

namespace VisionCluster.Imaging.Tests;

[Collection(MeasuredCollection.Name)]
public sealed class CodecStressTests
{
    private static readonly ImageLimits Small = ImageLimits.Default with { MaxPixels = 4_000_000 };

    [Fact]
    public void Decode_MutatedFiles_EndsInPixelsOrInvalidImage()
    {
        var random = new Random(20_250_101);
        var watch = Stopwatch.StartNew();
        while (ImageFixture.All.Count > 0 && watch.Elapsed < TimeSpan.FromSeconds(3))
        {
            var fixture = ImageFixture.All[random.Next(ImageFixture.All.Count)];
            var file = Mutate(fixture.Bytes, random);
            try
            {
                var image = ImageCodecs.Default.Decode(file, Small);
                Assert.Equal(image.Width * image.Height * image.Channels, image.Pixels.Length);
            }
            catch (InvalidImageException)
            {
            }
            catch (Exception e)
            {
                Assert.Fail($"{fixture.File}, mutated: {e}");
            }
        }
    }

    [Fact]
    public void Decode_ManyTimesOnManyThreads_SamePixelsAndStableMemory()
    {
        var files = ImageFixture.All.Select(fixture => fixture.Bytes).Where(file => file.Length < 20_000).ToArray();
        var expected = files.Select(file => ImageCodecs.Default.Decode(file, Small).Pixels).ToArray();
        if (files.Length == 0)
            return;
        Repeat(400);
        var before = Settled();
        Repeat(1_000);
        var grown = Settled() - before;
        Assert.True(grown < 48 << 20, $"1,000 decodes left {grown >> 20} MiB behind.");

        void Repeat(int count) => Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var which = i % files.Length;
            Assert.True(ImageCodecs.Default.Decode(files[which], Small).Pixels.AsSpan().SequenceEqual(expected[which]));
        });
    }

    private static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static byte[] Mutate(byte[] file, Random random)
    {
        var mutated = file.ToList();
        for (var edits = random.Next(1, 8); edits > 0; edits--)
        {
            // Headers are short: half of the edits go there.
            var at = random.Next(random.Next(2) == 0 ? Math.Min(mutated.Count, 128) : mutated.Count);
            switch (random.Next(5))
            {
                case 0:
                    mutated[at] = (byte)random.Next(256);
                    break;
                case 1:
                    mutated[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    mutated.RemoveRange(at, Math.Min(random.Next(1, 40), mutated.Count - at));
                    break;
                case 3:
                    mutated.InsertRange(at, mutated.GetRange(at, Math.Min(random.Next(1, 40), mutated.Count - at)));
                    break;
                default:
                    mutated[at] = random.Next(2) == 0 ? (byte)0xFF : (byte)0;
                    break;
            }

            if (mutated.Count == 0)
                break;
        }

        return [.. mutated];
    }
}
