using System.Threading.Channels;
using VectorServer.Storage.Integrity;
using VectorServer.Storage.Namespaces;

namespace VectorServer.Storage.Registry;

/// <content>Verification and repair of namespaces while the others serve.</content>
internal sealed partial class NamespaceSet
{
    private volatile string? _beingRepaired;

    /// <summary>Compares a namespace's files with their checksums; its writes wait meanwhile, its reads do not.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    public async Task<NamespaceIntegrity> VerifyAsync(string name, CancellationToken cancellation)
    {
        var directory = NamespaceLayout.Namespace(_directory, name);
        NamespaceIntegrity? report = null;
        void Verify() => report = NamespaceCheck.Run(directory, _index, _services, repair: false, cancellation);
        if (!_stores.ContainsKey(name))
            throw Absent(name);
        await _endings.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (FindToDelete(name) is { } store)
                await store.MaintainAsync(Verify, cancellation).ConfigureAwait(false);
            else
                Verify();
        }
        catch (ChannelClosedException)
        {
            throw _closed ? Closing() : NotFound();
        }
        finally
        {
            _endings.Release();
        }

        if (report!.NewerFormat is { } newer)
            _services.Damage.Report(_index.Name, name, newer, _services.Time.GetUtcNow(), isNewer: true);
        if (report.Findings is [var first, ..] && !report.Findings.All(finding => finding.IsDerived))
            _services.Damage.Report(_index.Name, name, $"{first.File}: {first.What}", _services.Time.GetUtcNow());
        return report with { Namespace = name };
    }

    /// <summary>Closes a namespace that is damaged, repairs it, and lets it be opened again; one that is whole is left alone.</summary>
    /// <exception cref="StorageException"><see cref="StorageErrorCode.NotFound"/>.</exception>
    public async Task<NamespaceIntegrity> RepairAsync(string name, CancellationToken cancellation)
    {
        var verified = await VerifyAsync(name, cancellation).ConfigureAwait(false);
        if (verified.NewerFormat is not null || (verified.FindingCount == 0 && DamageOf(name) is null))
            return verified;

        await _endings.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            ForgetLeft();
            var directory = NamespaceLayout.Namespace(_directory, name);
            var store = FindToDelete(name);
            _beingRepaired = name;
            _stores[name] = new Lazy<NamespaceStore>(() => throw BeingRepaired());
            EndReadings(reading => reading.Namespace == name);
            if (store is not null)
                await store.CloseAsync().ConfigureAwait(false);
            var repaired = NamespaceCheck.Run(directory, _index, _services, repair: true, cancellation) with { Namespace = name };
            if (repaired.FindingCount == 0 || repaired.Repair is { IsRepaired: true })
                _services.Damage.Clear(_index.Name, name);
            return repaired;
        }
        finally
        {
            if (!_closed && _beingRepaired == name)
                _stores[name] = AtFirstUse(name);
            _beingRepaired = null;
            _endings.Release();
        }
    }

    private static StorageException BeingRepaired() => new(StorageErrorCode.Unavailable, "The namespace is being repaired: try again");
}
