using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace VisionCluster.Clustering.Security;

/// <summary>
/// Mutual TLS. A peer is trusted if the cluster's authority signed its certificate, whatever host it names: pods and addresses come and go.
/// </summary>
internal sealed class TlsHandshake
{
    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2 _authority;

    private TlsHandshake(X509Certificate2 certificate, X509Certificate2 authority) => (_certificate, _authority) = (certificate, authority);

    public static TlsHandshake Load(TlsOptions options)
    {
        using var pem = X509Certificate2.CreateFromPemFile(options.CertificatePath, options.KeyPath);

        // SChannel takes no key that lives only in memory, hence the detour.
        var certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        return new TlsHandshake(certificate, X509CertificateLoader.LoadCertificateFromFile(options.AuthorityPath));
    }

    public async Task<IDuplexPipe> RunAsync(IDuplexPipe plain, bool isServer, CancellationToken cancellationToken)
    {
        var stream = new SslStream(new DuplexPipeStream(plain), leaveInnerStreamOpen: false);
        try
        {
            if (isServer)
            {
                await stream.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions
                    {
                        ServerCertificate = _certificate,
                        ClientCertificateRequired = true,
                        RemoteCertificateValidationCallback = IsTrusted,
                    },
                    cancellationToken);
            }
            else
            {
                await stream.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions
                    {
                        TargetHost = "visioncluster",
                        ClientCertificates = [_certificate],
                        RemoteCertificateValidationCallback = IsTrusted,
                    },
                    cancellationToken);
            }
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }

        return new TlsPipe(stream);
    }

    private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
            return false;
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.Add(_authority);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // an authority of one cluster: replace it to revoke
        using var peer = new X509Certificate2(certificate);
        return own.Build(peer);
    }
}
