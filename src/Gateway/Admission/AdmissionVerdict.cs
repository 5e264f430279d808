namespace VisionCluster.Gateway.Admission;

/// <summary>Why a generation was let in or not.</summary>
internal enum AdmissionVerdict
{
    Admitted,

    /// <summary>The gateway's places are taken, or the tenant has its share of them.</summary>
    Places,

    /// <summary>The device's waiting places are taken, or the tenant has its share of them.</summary>
    Waiting,

    /// <summary>It would wait longer than <see cref="AdmissionOptions.MaxQueueTime"/>.</summary>
    Backlog,

    /// <summary>Its deadline would pass before its first token.</summary>
    Deadline,
}
