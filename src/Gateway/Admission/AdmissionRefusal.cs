namespace VisionCluster.Gateway.Admission;

/// <summary>A "no" with the reason for the caller and the time after which to try again.</summary>
internal sealed record AdmissionRefusal(AdmissionVerdict Verdict, string Message, TimeSpan RetryAfter);
