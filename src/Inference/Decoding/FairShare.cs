using System.Runtime.InteropServices;

namespace VisionCluster.Inference.Decoding;

/// <summary>
/// Tokens served to each tenant over its weight: the virtual token counter of "Fairness in Serving Large Language Models" (Sheng et al.,
/// 2024). Who comes back after a pause is lifted to the least served of those present, so that nobody saves up service while away.
/// </summary>
/// <param name="maxTenants">Tenants remembered; beyond, those without a generation are forgotten.</param>
internal sealed class FairShare(int maxTenants = 1024)
{
    /// <summary>Service of a generated token, in prompt tokens: it reads all weights alone, a prompt's tokens share the reading.</summary>
    private const double OutputTokenCost = 2;

    private readonly Dictionary<string, Account> _accounts = [];
    private int _generations;

    // What the last tenant had been served when everybody had gone.
    private double _lastServed;

    /// <summary>A generation of the tenant is there.</summary>
    public void Enter(string tenant)
    {
        if (!_accounts.ContainsKey(tenant) && _accounts.Count >= maxTenants)
            ForgetAbsent();
        ref var account = ref CollectionsMarshal.GetValueRefOrAddDefault(_accounts, tenant, out _);
        if (account.Generations++ == 0)
            account.Served = Math.Max(account.Served, _generations == 0 ? _lastServed : LeastServed(tenant));
        _generations++;
    }

    /// <summary>A generation of the tenant has ended.</summary>
    public void Leave(string tenant)
    {
        ref var account = ref CollectionsMarshal.GetValueRefOrNullRef(_accounts, tenant);
        account.Generations--;
        if (--_generations == 0)
            _lastServed = account.Served;
    }

    public void ChargePrompt(GenerationRequest request, int tokens) => Charge(request.Tenant, request.TenantWeight, tokens);

    public void ChargeOutput(GenerationRequest request, int tokens) =>
        Charge(request.Tenant, request.TenantWeight, tokens * OutputTokenCost);

    /// <summary>Work of any unit, as long as it is the same for all; the tenant is here.</summary>
    public void Charge(string tenant, double weight, double work) =>
        CollectionsMarshal.GetValueRefOrNullRef(_accounts, tenant).Served += work / weight;

    public double Served(string tenant) => _accounts.TryGetValue(tenant, out var account) ? account.Served : 0;

    private double LeastServed(string except)
    {
        var least = double.MaxValue;
        foreach (var (tenant, account) in _accounts)
        {
            if (account.Generations > 0 && tenant != except)
                least = Math.Min(least, account.Served);
        }
        return least;
    }

    private void ForgetAbsent()
    {
        foreach (var (tenant, account) in _accounts)
        {
            if (account.Generations == 0)
                _accounts.Remove(tenant);
        }
    }

    private struct Account
    {
        public int Generations;
        public double Served;
    }
}
