using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VisionCluster.Clustering.Security;
using VisionCluster.TestKit;

namespace VisionCluster.Clustering.Tests;

/// <summary>A certificate authority of one test, and a certificate that it signed.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TestAuthority(string name)
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest($"CN={name}", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var root = rootRequest.CreateSelfSigned(from, to);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=node", key, HashAlgorithmName.SHA256);
        using var certificate = request.Create(root, from, to, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(Options.AuthorityPath = Path.Combine(_folder.Path, "ca.pem"), root.ExportCertificatePem());
        File.WriteAllText(Options.CertificatePath = Path.Combine(_folder.Path, "node.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Options.KeyPath = Path.Combine(_folder.Path, "node.key"), key.ExportPkcs8PrivateKeyPem());
    }

    public TlsOptions Options { get; } = new();

    public void Dispose() => _folder.Dispose();
}
