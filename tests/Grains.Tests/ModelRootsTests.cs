using VisionCluster.Contracts.Grains;
using VisionCluster.Silo.Administration;
using VisionCluster.TestKit;

namespace VisionCluster.Grains.Tests;

public sealed class ModelRootsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _root;
    private readonly string _outside;
    private readonly ModelRoots _roots;

    public ModelRootsTests()
    {
        _root = System.IO.Directory.CreateDirectory(Path.Combine(_folder.Path, "models")).FullName;
        _outside = System.IO.Directory.CreateDirectory(Path.Combine(_folder.Path, "models-private", "secret")).FullName;
        System.IO.Directory.CreateDirectory(Path.Combine(_root, "llm", "v2"));
        File.CreateSymbolicLink(Path.Combine(_root, "current"), Path.Combine("llm", "v2"));
        File.CreateSymbolicLink(Path.Combine(_root, "leak"), _outside);
        File.CreateSymbolicLink(Path.Combine(_root, "loop"), Path.Combine(_root, "loop"));
        _roots = new ModelRoots([_root]);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("llm")]
    [InlineData("llm/v2")]
    [InlineData("current")]
    public void Resolve_BelowARoot_IsFound(string source)
    {
        Assert.EndsWith(source == "current" ? "v2" : Path.GetFileName(source), _roots.Resolve(source).Path, StringComparison.Ordinal);
        Assert.NotNull(_roots.Resolve(Path.Combine(_root, source)).Path);
    }

    [Theory]
    [InlineData("", RefusalReason.InvalidArgument)]
    [InlineData("llm/../../models-private/secret", RefusalReason.InvalidArgument)]
    [InlineData("llm\0", RefusalReason.InvalidArgument)]
    [InlineData("nothing", RefusalReason.NotFound)]
    [InlineData("leak", RefusalReason.Forbidden)]
    [InlineData("leak/secret", RefusalReason.NotFound)]
    [InlineData("/etc/passwd", RefusalReason.Forbidden)]
    [InlineData("/no/such/file", RefusalReason.Forbidden)]
    public void Resolve_Anything_Else_IsRefused(string source, RefusalReason reason)
    {
        var (path, refusal) = _roots.Resolve(source);

        Assert.Null(path);
        Assert.Equal(reason, refusal!.Reason);
        Assert.DoesNotContain(_folder.Path, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_NeighbourWhoseNameBeginsAlike_IsOutside() =>
        Assert.Equal(RefusalReason.Forbidden, _roots.Resolve(_outside).Refusal!.Reason);

    [Fact]
    public void Resolve_LinkToItself_IsNoModel() => Assert.Null(_roots.Resolve("loop").Path);

    [Fact]
    public void Resolve_WithoutRoots_AllowsNothing() =>
        Assert.Equal(RefusalReason.Forbidden, new ModelRoots([]).Resolve(_root).Refusal!.Reason);
}
