using System.Buffers.Binary;
using VectorServer.Storage.IO;
using VectorServer.Storage.Metadata;
using VectorServer.Storage.Model;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Npy;
using VectorServer.Storage.Wal;

namespace VectorServer.Storage.Integrity;

/// <summary>
/// Repairs the directory of a namespace that is closed. What is derived is made anew in place; where records, deaths or the log are
/// damaged, everything whole is written as a new directory and the original is kept in quarantine.
/// </summary>
internal sealed class NamespaceRepair(string directory, string indexName, int dimension, EngineServices services)
{
    private const int OperationsPerFrame = 64;
    private const int PaddedShareMax = 1000; // a count that is damaged itself asks for no file of terabytes

    /// <summary>Verifies, and repairs what was found.</summary>
    public NamespaceIntegrity Run(string name, CancellationToken cancellation)
    {
        var found = new NamespaceVerifier(directory, dimension);
        found.Run(cancellation);
        var report = new NamespaceIntegrity(indexName, name, found.Rows, found.Findings.Count, found.Findings.Kept);
        if (found.Findings.Count == 0)
            return report;
        var outcome = found.IsReadable && found.Checkpoint is { } checkpoint && (found.IsDescriptionWhole || NamespaceLayout.NameOf(directory) is not null)
            ? Repair(found, checkpoint, cancellation)
            : new RepairOutcome(false, 0, 0, 0, [], false, null);
        if (outcome.IsRepaired)
        {
            var again = new NamespaceVerifier(directory, dimension);
            again.Run(cancellation);
            outcome = outcome with { IsRepaired = again.Findings.Count == 0, Left = again.Findings.Kept };
        }

        services.Log?.Invoke(
            $"Repair of namespace '{name}' of index '{indexName}': " +
            $"{(outcome.IsRepaired ? "done" : outcome.Left is [var left, ..] ? $"{left.File} is still damaged" : "nothing could be saved, all is as it was")}, " +
            $"{outcome.RecordsLost} records and {outcome.OperationsLost} logged operations lost, original in {outcome.Quarantine ?? "place"}");
        return report with { Repair = outcome };
    }

    private RepairOutcome Repair(NamespaceVerifier found, Checkpoint checkpoint, CancellationToken cancellation)
    {
        // Step 1: what is derived, in place.
        string? quarantine = null;
        var generation = NamespaceLayout.Generation(directory, checkpoint.Generation);
        string[] small = [NamespaceLayout.Description(directory), NamespaceLayout.Checkpoint(directory), NamespaceLayout.CheckpointCopy(directory)];
        foreach (var inTheWay in small.Append(NamespaceLayout.Vectors(generation)).Where(Directory.Exists))
            quarantine = Quarantined(inTheWay);
        if (!found.IsDescriptionWhole)
            DescriptionOfDirectory().Write(services.Disk, NamespaceLayout.Description(directory));
        if (!found.IsCheckpointWhole || !found.IsCopyWhole)
            checkpoint.Write(services.Disk, NamespaceLayout.Checkpoint(directory));
        foreach (var file in found.DamagedFiles)
            quarantine = Quarantined(file);
        if (!found.IsHeaderWhole && (found.Findings.IsAllDerived || File.Exists(NamespaceLayout.Vectors(generation))))
            NpyMatrix.WriteHeader(services.Disk, NamespaceLayout.Vectors(generation), checkpoint.RowCount, dimension);
        if (found.Findings.IsAllDerived && (found.IsIdIndexWhole || MetadataStore.TryRebuildIdIndex(NamespaceLayout.Metadata(generation))))
            return new RepairOutcome(true, checkpoint.LiveCount, 0, 0, [], false, quarantine);

        // Step 2: the rest, by writing what is whole anew.
        var aside = NamespaceLayout.Temporary(directory);
        try
        {
            var outcome = Salvage(generation, checkpoint, aside, cancellation);
            quarantine = Quarantined(directory);
            services.Disk.MoveDirectory(aside, directory);
            services.Disk.SyncDirectory(Path.GetDirectoryName(directory)!);
            return outcome with { Quarantine = quarantine };
        }
        catch (StorageException e) when (e.Code == StorageErrorCode.DataCorruption)
        {
            services.Log?.Invoke($"Nothing can be saved of {directory}: {e.Message}");
            Trash.Delete(services.Disk, aside);
            return new RepairOutcome(false, 0, 0, 0, [], false, quarantine);
        }
    }

    private RepairOutcome Salvage(string source, Checkpoint checkpoint, string aside, CancellationToken cancellation)
    {
        var padded = Padded(NamespaceLayout.Metadata(source), aside, cancellation);
        try
        {
            using var rows = new RowInspector(source, dimension, padded);
            return Salvage(rows, checkpoint, aside, cancellation);
        }
        finally
        {
            if (padded is not null)
                services.Disk.DeleteFile(padded);
        }
    }

    private RepairOutcome Salvage(RowInspector rows, Checkpoint checkpoint, string aside, CancellationToken cancellation)
    {
        var dead = new HashSet<int>();
        var areDeathsWhole = rows.TryReadDeaths(checkpoint, dead);
        var log = new LogSalvage(checkpoint, dimension, rows);
        log.Take(LogInspector.Read(NamespaceLayout.Wal(directory), new FindingList()));
        var last = NewestRows(rows, checkpoint);

        services.Disk.CreateDirectory(NamespaceLayout.Wal(aside));
        NamespaceDescription.Read(NamespaceLayout.Description(directory)).WriteFor(services.Disk, aside);
        var target = Generation.Create(services.Disk, aside, NamespaceExport.GenerationNumber, dimension);
        var lost = new List<string>(log.LostIds);
        var (kept, lostRows, sparseRows) = (0, log.LostIds.Count, 0);
        try
        {
            var values = new float[dimension];
            target.Metadata.BeginBatch();
            for (var row = checkpoint.FirstRow; row < checkpoint.RowCount; row++)
            {
                cancellation.ThrowIfCancellationRequested();
                if (dead.Contains(row))
                    continue;
                var isWhole = rows.TryReadMetadata(row, out var id, out var details) & rows.TryReadVector(row, values);
                if (id is not null && last[id] != row)
                    continue; // replaced, though its tombstone is damaged
                if (!isWhole)
                {
                    lostRows++;
                    if (id is not null && lost.Count < FindingList.KeptMax)
                        lost.Add(id);
                    continue;
                }

                target.Vectors.Write(kept, values);
                target.Metadata.AddRow(new RowId(kept++), id!, details.Metadata, details.Sparse);
                sparseRows += details.Sparse is null ? 0 : 1;
            }

            target.Metadata.CommitBatch();
            target.Seal(kept);
        }
        finally
        {
            target.Release();
        }

        NpyMatrix.TrimFile(services.Disk, target.VectorsPath, kept, dimension);
        var lsn = new Lsn(log.Last.Value - log.Operations.Count);
        new Checkpoint(
            Checkpoint.CurrentFormat, NamespaceExport.GenerationNumber, kept, FirstRow: 0, kept, lsn.Value, Deaths: 0, sparseRows, HasLog: true, checkpoint.Done)
            .Write(services.Disk, NamespaceLayout.Checkpoint(aside));
        WriteLog(NamespaceLayout.Wal(aside), lsn, log.Operations);
        return new RepairOutcome(true, kept, lostRows, log.OperationsLost, lost, !areDeathsWhole, null);
    }

    /// <summary>
    /// A copy with zeros for the end that is missing, since SQLite refuses all of a file that has fewer pages than it counts; null where
    /// none is.
    /// </summary>
    private string? Padded(string metadata, string aside, CancellationToken cancellation)
    {
        const int HeaderBytes = 100;
        if (!File.Exists(metadata))
            return null;
        using var cut = File.OpenHandle(metadata, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var header = new byte[HeaderBytes];
        if (RandomAccess.Read(cut, header, 0) < HeaderBytes)
            return null;
        var pageBytes = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(16)) is var bytes and not 1 ? bytes : 1 << 16;
        var wholeBytes = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(28)) * (long)pageBytes;
        var cutBytes = RandomAccess.GetLength(cut);
        if (cutBytes >= wholeBytes || wholeBytes > PaddedShareMax * cutBytes)
            return null;
        services.Disk.CreateDirectory(aside);
        var padded = Path.Combine(aside, "padded.db");
        using var copy = services.Disk.Open(padded, FileMode.CreateNew);
        CheckedCopy.Run(cut, copy, progress: null, cancellation);
        copy.SetLength(wholeBytes);
        return padded;
    }

    /// <summary>The newest row of each id that can be read: it alone may be alive, whatever the tombstones say.</summary>
    private static Dictionary<string, int> NewestRows(RowInspector rows, Checkpoint checkpoint)
    {
        var newest = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var row = checkpoint.FirstRow; row < checkpoint.RowCount; row++)
        {
            _ = rows.TryReadMetadata(row, out var id, out _);
            if (id is not null)
                newest[id] = row;
        }

        return newest;
    }

    private void WriteLog(string walDirectory, Lsn before, List<WalOperation> operations)
    {
        var next = new Lsn(before.Value + 1);
        using var log = WalWriter.Create(services.Disk, walDirectory, next, Durability.Fsync);
        foreach (var group in operations.Chunk(OperationsPerFrame))
        {
            log.Append(next, group);
            next = new Lsn(next.Value + group.Length);
        }
    }

    /// <summary>What the directory's own name still tells.</summary>
    private NamespaceDescription DescriptionOfDirectory() =>
        new(NamespaceLayout.NameOf(directory)!, null, new DateTimeOffset(Directory.GetCreationTimeUtc(directory)));

    private string Quarantined(string path)
    {
        var index = Path.GetFileName(Path.GetDirectoryName(directory)!);
        var ns = Path.GetFileName(directory);
        return Quarantine.Take(services, path, Path.Combine(index, path == directory ? ns : $"{ns}.{Path.GetFileName(path)}"));
    }
}
