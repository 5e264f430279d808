namespace VisionCluster.Gateway.Admission;

/// <summary>A generation that was let in; disposing it gives its place back. Its work counts until a report of its device holds it.</summary>
internal sealed class AdmissionTicket(LoadAdmission admission, AdmissionRequest request) : IDisposable
{
    private int _disposed;

    public AdmissionRequest Request { get; } = request;

    /// <summary>Where it was started, and as which; null before. Guarded by the ledger's lock.</summary>
    public (string Silo, string Device, long Submission)? Start { get; private set; }

    /// <summary>An engine has it: its own count goes on.</summary>
    public void Started(string silo, string device, long submission) => Start = (silo, device, submission);

    /// <summary>Another revision's engine has it, for the sake of its session: no report of the one that was asked will hold it.</summary>
    public void StartedElsewhere() => Start = ("", "", 0);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            admission.Leave(this);
    }
}
