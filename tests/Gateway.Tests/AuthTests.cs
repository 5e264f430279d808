using System.Security.Cryptography;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using VisionCluster.Contracts.V1;
using VisionCluster.Fakes;
using VisionCluster.Gateway.Auth;
using static VisionCluster.Gateway.Tests.Requests;

namespace VisionCluster.Gateway.Tests;

public sealed class AuthTests : IAsyncLifetime
{
    private const string AliceKey = "alice-0123456789abcdef";
    private const string BobKey = "bob-0123456789abcdef";

    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(new FakeModelHost(), gateway =>
    {
        gateway.Auth.ApiKeys.Add(new ApiKeyOptions { Key = AliceKey, Tenant = "alice" });
        var digest = SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(BobKey));
        gateway.Auth.ApiKeys.Add(new ApiKeyOptions { KeySha256 = Convert.ToHexString(digest), Tenant = "bob" });
    });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer wrong")]
    [InlineData("Bearer ")]
    [InlineData("Basic " + AliceKey)]
    [InlineData(AliceKey)]
    public async Task Call_WithoutValidKey_IsUnauthenticated(string? header)
    {
        var headers = header is null ? null : new Metadata { { "authorization", header } };
        var e = await Assert.ThrowsAsync<RpcException>(() => _server.AskAsync(Ask("Hi"), headers));
        Assert.Equal(StatusCode.Unauthenticated, e.StatusCode);
        e = await Assert.ThrowsAsync<RpcException>(
            () => _server.Client.GetServerInfoAsync(new GetServerInfoRequest(), headers).ResponseAsync);
        Assert.Equal(StatusCode.Unauthenticated, e.StatusCode);
    }

    [Fact]
    public async Task Reflection_NeedsAKey()
    {
        var client = new ServerReflection.ServerReflectionClient(_server.Channel);
        using var closed = client.ServerReflectionInfo();
        var e = await Assert.ThrowsAsync<RpcException>(() => closed.ResponseStream.MoveNext(default));
        Assert.Equal(StatusCode.Unauthenticated, e.StatusCode);

        using var open = client.ServerReflectionInfo(Bearer(BobKey));
        await open.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        Assert.True(await open.ResponseStream.MoveNext(default));
        Assert.Contains(open.ResponseStream.Current.ListServicesResponse.Service, s => s.Name == "visioncluster.v1.VisionService");
    }

    [Fact]
    public async Task Health_NeedsNoKey()
    {
        var reply = await new Grpc.Health.V1.Health.HealthClient(_server.Channel).CheckAsync(new HealthCheckRequest());
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, reply.Status);
    }

    [Fact]
    public async Task Tenants_NeverMeet()
    {
        var alice = await _server.AskAsync(Ask(Picture(Picture()), Text("Mine")).With(r => r.SessionId = "s"), Bearer(AliceKey));
        var bob = await _server.AskAsync(Ask(Picture(Picture()), Text("Mine")).With(r => r.SessionId = "s"), Bearer(BobKey));
        Assert.Equal(alice.Accepted.PromptTokens.Total, bob.Accepted.PromptTokens.Total); // a session of his own
        Assert.NotEqual(alice.Accepted.ImageKeys, bob.Accepted.ImageKeys);
        Assert.Equal(1u, bob.Finished.Usage.ImagesEncoded); // what Alice sent shows nowhere, not even in time

        var e = await Assert.ThrowsAsync<RpcException>(
            () => _server.AskAsync(Ask(PictureKey(alice.Accepted.ImageKeys[0])), Bearer(BobKey)));
        Assert.Equal(StatusCode.NotFound, e.StatusCode);
    }

    [Fact]
    public async Task CancelGeneration_OfAnotherTenant_DoesNothing()
    {
        _server.Model.Runner.Hold();
        using var call = _server.Client.Generate(Ask("Mine").With(r => r.RequestId = "r"), Bearer(AliceKey));
        await Eventually.TrueAsync(() => _server.Model.Runner.IsWaiting, "the generation runs");

        var reply = await _server.Client.CancelGenerationAsync(new CancelGenerationRequest { RequestId = "r" }, Bearer(BobKey));

        _server.Model.Runner.Release();
        Assert.False(reply.Cancelled);
        Assert.Equal(Finished.Types.Reason.Length, (await Answer.ReadAsync(call.ResponseStream)).Finished.Reason);
    }

    private static Metadata Bearer(string key) => new() { { "authorization", "Bearer " + key } };
}
