using VectorServer.Storage.IO;

namespace VectorServer.Storage.Namespaces;

/// <content>Another generation, or other codes, in place of what is there.</content>
internal sealed partial class NamespaceStore
{
    /// <summary>Recovers the namespace, where its disk has refused it a write.</summary>
    internal Task RestoreAsync(CancellationToken cancellation) => _writer.MaintainAsync(RestoreIfFailed, cancellation);

    /// <summary>Writes down what was found by work that may be nobody's request.</summary>
    internal void ReportDamage(string what) => _services.Damage.Report(_index.Name, Description.Name, what, _services.Time.GetUtcNow());

    /// <summary>Begins to write the next generation; the caller holds the snapshot's.</summary>
    internal Compaction BeginCompaction(NamespaceSnapshot snapshot)
    {
        if (_failure is { } failure)
            throw failure;
        return Compaction.Begin(snapshot.Generation, _directory, _codes.CodecOf(snapshot));
    }

    /// <summary>Puts the next generation in the place of the one it was copied from.</summary>
    internal async Task FinishCompactionAsync(Compaction compaction, CancellationToken cancellation)
    {
        var isBegun = false;
        try
        {
            await _writer.MaintainAsync(
                () =>
                {
                    isBegun = true;
                    Replace(compaction);
                },
                cancellation).ConfigureAwait(false);
        }
        catch when (!isBegun)
        {
            compaction.Abandon();
            throw;
        }
    }

    private void Replace(Compaction compaction)
    {
        var before = Current;
        NamespaceSnapshot after;
        try
        {
            if (_failure is { } failure)
                throw failure;
            after = compaction.Finish(before);
        }
        catch
        {
            compaction.Abandon();
            throw;
        }

        try
        {
            Fold(after);
        }
        catch (Exception e)
        {
            // The checkpoint may name the new generation already, and the log speaks of rows by their numbers in the old one.
            after.Generation.Release();
            throw Fail(e);
        }

        Publish(after);
        _delayed?.Show(after); // what is older lies in the generation that goes, so compaction ends the wait of writes before it
        Leave(before.Generation, deletes: true);
    }

    /// <summary>Closes a generation that another object has taken the place of, once its last reader is done.</summary>
    /// <param name="generation">No longer the newest snapshot's.</param>
    /// <param name="deletes">Whether its files go too; else they are the other's.</param>
    private void Leave(Generation generation, bool deletes)
    {
        lock (_removal)
            _replaced.Add(generation);
        generation.Retire(() =>
        {
            // Once the namespace is removed, its path may be a successor's.
            lock (_removal)
            {
                _replaced.Remove(generation);
                if (deletes && !_removed)
                    Trash.Delete(_services.Disk, NamespaceLayout.Generation(_directory, generation.Number));
            }
        });
    }
}
