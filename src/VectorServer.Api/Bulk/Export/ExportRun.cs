using VectorServer.Api.Errors;
using VectorServer.Storage;

namespace VectorServer.Api.Bulk.Export;

/// <summary>
/// One export at work: every namespace as it is when its turn comes, each in a folder of its own, made aside and renamed when all is
/// there. One that is broken off by a restart begins anew.
/// </summary>
internal sealed class ExportRun(VectorIndex index, BulkJob job, BulkRoots roots, Func<Func<BulkJob, BulkJob>, BulkJob?> change)
{
    private const int RecordsPerReport = 50_000;

    private long _records;
    private long _recordsTotal;

    /// <summary>Where an export may go: the directory must be new, in one that is there.</summary>
    /// <exception cref="WireException">It may not go there.</exception>
    public static string CheckTarget(BulkRoots roots, string? uri)
    {
        var target = roots.Resolve(uri);
        if (Directory.Exists(target) || File.Exists(target))
            throw WireException.Invalid("uri names what exists already: an export makes a directory of its own");
        if (!Directory.Exists(Path.GetDirectoryName(target)))
            throw WireException.Invalid("uri names a directory in one that is not there");
        return target;
    }

    /// <exception cref="WireException">The directory cannot be made there any more.</exception>
    public void Run(CancellationToken cancellation)
    {
        var target = roots.Resolve(job.Uri);
        var parent = Path.GetDirectoryName(target)!;
        var aside = Path.Combine(parent, $".export-{job.IndexId:N}-{job.Number}");
        if (job.IsWritten && Directory.Exists(target) && !Directory.Exists(aside))
            return; // it has its name, and the server stopped before that was written down
        CheckTarget(roots, job.Uri);
        if (Directory.Exists(aside))
            Directory.Delete(aside, recursive: true); // of a run that a restart broke off
        try
        {
            Directory.CreateDirectory(aside);
            var names = index.NamespaceNames();
            _recordsTotal = Math.Max(1, names.Sum(ns => index.DescribeNamespace(ns).RecordCount));
            foreach (var ns in names)
                Write(ns, aside, cancellation);
            FileSync.SyncDirectory(aside);
            change(job => job with { Records = _records, PercentComplete = 100, IsWritten = true });
            Directory.Move(aside, target);
            FileSync.SyncDirectory(parent);
        }
        catch
        {
            if (Directory.Exists(aside))
                Directory.Delete(aside, recursive: true);
            throw;
        }
    }

    private void Write(string ns, string directory, CancellationToken cancellation)
    {
        var folder = Directory.CreateDirectory(Path.Combine(directory, NamespaceFolder.NameOf(ns))).FullName;
        NamespaceFolder.Describe(folder, ns);
        using var lines = new JsonLinesWriter(Path.Combine(folder, "vectors.jsonl"), withValues: !job.AsNpy);
        using var vectors = job.AsNpy ? new NpyWriter(Path.Combine(folder, "vectors.npy"), index.Descriptor.Dimension) : null;
        foreach (var records in index.ReadAll(ns))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var record in records)
            {
                lines.Write(record);
                vectors?.Write(record.Values.Span);
            }

            var reports = _records / RecordsPerReport;
            _records += records.Count;
            if (_records / RecordsPerReport > reports)
                Report();
        }

        lines.Complete();
        vectors?.Complete();
        FileSync.SyncDirectory(folder);
    }

    private void Report() => change(job => job with { Records = _records, PercentComplete = Math.Min(100, _records * 100f / _recordsTotal) });
}
