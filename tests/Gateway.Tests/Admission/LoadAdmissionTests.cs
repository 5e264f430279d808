using System.Globalization;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using VisionCluster.Fakes;
using VisionCluster.Gateway.Admission;
using VisionCluster.Gateway.Generation;
using static VisionCluster.Gateway.Tests.Requests;

namespace VisionCluster.Gateway.Tests.Admission;

/// <summary>Admission behind gRPC, in front of real engines.</summary>
public sealed class LoadAdmissionTests
{
    [Fact]
    public async Task Generate_BurstBeyondTheQueueTime_RefusesTheRestWithHintsAndFinishesTheOthers()
    {
        await using var server = await TestServer.StartAsync(
            new FakeModelHost(slots: 1), g => g.Admission.MaxQueueTime = TimeSpan.FromTicks(1));
        await server.AskAsync(Ask("measures the device"));
        await server.ServesAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                await server.ServesAsync();
                var router = server.Services.GetRequiredService<Routing.ModelRouter>();
                return (await router.FindAsync("", CancellationToken.None)).Load.DecodeTokensPerSecond > 0;
            },
            "the silo reports its speed");
        var encodes = server.Model.Encodes;

        var e = await Assert.ThrowsAsync<RpcException>(() => server.AskAsync(Ask(Picture(Picture()), Text("too much"))));

        Assert.Equal(StatusCode.ResourceExhausted, e.StatusCode);
        Assert.InRange(long.Parse(e.Trailers.GetValue("retry-after-ms")!, CultureInfo.InvariantCulture), 100, 60_000);
        Assert.Equal(encodes, server.Model.Encodes); // before the picture
        Assert.Equal(0, server.Services.GetRequiredService<LoadAdmission>().Unseen);
        Assert.Equal(0, server.Services.GetRequiredService<AdmissionGate>().Generations);
        Assert.Equal(0, server.Services.GetRequiredService<RunningGenerations>().Count);
    }

    [Fact]
    public async Task Generate_DeadlineAlreadyPassed_IsDeadlineExceededBeforeThePicture()
    {
        var model = new FakeModelHost();
        await using var server = await TestServer.StartAsync(model);
        model.HoldEncodes();

        var request = Ask(Picture(Picture()), Text("late")).With(r => r.DeadlineMs = 1);
        var e = await Assert.ThrowsAsync<RpcException>(() => server.AskAsync(request));

        Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
        Assert.Equal(0, model.Runner.PrefilledTokens); // an engine never heard of it
        await server.SlotsAreFreeAsync();
    }

    [Fact]
    public async Task Generate_ManyAtOnce_LeavesNothingCounted()
    {
        await using var server = await TestServer.StartAsync(new FakeModelHost(slots: 2));

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => server.AskAsync(Ask($"number {i}"))));

        Assert.Equal(0, server.Services.GetRequiredService<LoadAdmission>().Unseen);
        Assert.Equal(0, server.Services.GetRequiredService<AdmissionGate>().Generations);
    }

    /// <summary>A request that met an older view counts nothing a second time; as others' traffic it would fill every place.</summary>
    [Fact]
    public void TryAdmit_OlderViewsBetweenNewerOnes_CountNobodyTwice()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var admission = Admission(services);
        var (older, newer) = (Model("r1", submitted: 0), Model("r1", submitted: 40));
        for (var i = 0; i < 40; i++)
        {
            Admit(admission, older).Started("silo", "cpu:0", i);
        }

        for (var i = 0; i < 20; i++)
        {
            Admit(admission, newer);
            Admit(admission, older);
        }

        Assert.Equal(40, admission.Unseen); // and not the first forty, which the newer view holds
    }

    /// <summary>Two revisions on a device have an engine each, whose numbers must not be mixed up.</summary>
    [Fact]
    public void TryAdmit_TwoRevisionsOnADevice_EachForgetsWhatItsOwnReportsHold()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var admission = Admission(services);
        var old = Admit(admission, Model("r1", submitted: 1_000));
        var fresh = Admit(admission, Model("r2", submitted: 0));
        old.Started("silo", "cpu:0", 1_000);
        fresh.Started("silo", "cpu:0", 0);

        using var later = Admit(admission, Model("r2", submitted: 1)); // holds the second, and says nothing of the first
        Assert.Equal(2, admission.Unseen);
        using var last = Admit(admission, Model("r1", submitted: 1_001));
        Assert.Equal(2, admission.Unseen);

        later.StartedElsewhere(); // its session has the other revision
        using var next = Admit(admission, Model("r2", submitted: 1));
        Assert.Equal(2, admission.Unseen);
    }

    private static LoadAdmission Admission(IServiceProvider services)
    {
        var options = Microsoft.Extensions.Options.Options.Create(new Gateway.Options.GatewayOptions());
        var metrics = new Diagnostics.GatewayMetrics(services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        return new LoadAdmission(new AdmissionGate(options, new Auth.TenantWeights(options), metrics), options, metrics, TimeProvider.System);
    }

    private static AdmissionTicket Admit(LoadAdmission admission, Routing.ServedModel model)
    {
        var request = new AdmissionRequest(model, new RequestCost(1, 0, 1), "t", 1, 0, null);
        Assert.True(admission.TryAdmit(request, out var ticket, out _));
        return ticket;
    }

    private static Routing.ServedModel Model(string revision, long submitted)
    {
        var report = new Contracts.Grains.ModelReport
        {
            Name = "m",
            Revision = revision,
            ProcessorDigest = "",
            Family = "f",
            Tasks = [],
            ContextTokens = 1_000,
            Precision = "fp32",
            Device = "cpu:0",
            KvSlots = 64,
            KvSlotsFree = 64,
            Load = Contracts.Grains.DeviceLoad.None with { Submitted = submitted, SlotsOpen = 64, KvTokensFree = 64_000, MaxWaiting = 256 },
        };
        return new Routing.ServedModel(report, [new Routing.ModelDevice("silo", "silo", report)]);
    }
}
