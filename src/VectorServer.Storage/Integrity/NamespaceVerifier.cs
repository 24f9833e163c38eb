using System.Text;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.IO;
using VectorServer.Storage.Namespaces;
using VectorServer.Storage.Npy;
using VectorServer.Storage.Wal;

namespace VectorServer.Storage.Integrity;

/// <summary>Compares every file of a namespace's directory with its checksums. Reads only; nobody may write meanwhile.</summary>
internal sealed class NamespaceVerifier(string directory, int dimension)
{
    public FindingList Findings { get; } = new();

    /// <summary>The checkpoint, or its copy; null where both are damaged.</summary>
    public Checkpoint? Checkpoint { get; private set; }

    /// <summary>False where the checkpoint itself is damaged.</summary>
    public bool IsCheckpointWhole { get; private set; }

    /// <summary>False where the copy of the checkpoint is damaged; one that was never written is none.</summary>
    public bool IsCopyWhole { get; private set; }

    public bool IsDescriptionWhole { get; private set; }

    public bool IsHeaderWhole { get; private set; } = true;

    public bool IsIdIndexWhole { get; private set; } = true;

    /// <summary>Derived files that are damaged.</summary>
    public List<string> DamagedFiles { get; } = [];

    /// <summary>False where this process may not read a file: nothing is known of what is in it, so nothing is to be repaired.</summary>
    public bool IsReadable { get; private set; } = true;

    /// <summary>Rows compared.</summary>
    public int Rows { get; private set; }

    /// <param name="cancellation">Asked once a row.</param>
    /// <exception cref="StorageException">
    /// Something is short for the moment, likewise an <see cref="IOException"/>; <see cref="StorageErrorCode.NewerFormat"/>: nothing is known of it.
    /// </exception>
    public void Run(CancellationToken cancellation)
    {
        CheckAccess(directory);
        if (!IsReadable)
            return;
        IsDescriptionWhole = Try("namespace.json", isDerived: true, () => NamespaceDescription.Read(NamespaceLayout.Description(directory)));
        var copy = NamespaceLayout.CheckpointCopy(directory);
        IsCheckpointWhole = TryCheckpoint(NamespaceLayout.Checkpoint(directory), isDerived: Path.Exists(copy));
        IsCopyWhole = !Path.Exists(copy) || TryCheckpoint(copy, isDerived: IsCheckpointWhole);
        LogInspector.Read(NamespaceLayout.Wal(directory), Findings);
        if (Checkpoint is not { } checkpoint)
            return;

        Try("wal", isDerived: false, () => WalReader.CheckBeginning(NamespaceLayout.Wal(directory), new Lsn(checkpoint.Lsn), checkpoint.HasLog));
        var generation = NamespaceLayout.Generation(directory, checkpoint.Generation);
        CheckDerived(NamespaceLayout.Codec(generation), CalibrationFile.Check);
        foreach (var path in NamespaceLayout.CheckedFiles(generation))
            CheckDerived(path, path => new CheckedReader(path).Dispose());
        CheckHeader(generation, checkpoint);
        CheckRows(generation, checkpoint, cancellation);
    }

    private void CheckAccess(string path)
    {
        try
        {
            if (!Directory.Exists(path))
                File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete).Dispose();
            else
                Array.ForEach(Directory.GetFileSystemEntries(path), CheckAccess);
        }
        catch (UnauthorizedAccessException)
        {
            IsReadable = false;
            Findings.Add(Path.GetRelativePath(directory, path).Replace('\\', '/'), "The server may not read it: its owner or permissions are wrong");
        }
        catch (Exception e) when (e.IsOfTheFile())
        {
            // gone since it was listed
        }
    }

    private bool TryCheckpoint(string path, bool isDerived) => Try(Path.GetFileName(path), isDerived, () =>
    {
        var read = Namespaces.Checkpoint.Read(path);
        Checkpoint ??= read;
    });

    private void CheckDerived(string path, Action<string> read)
    {
        if (Path.Exists(path) && !Try(FileOf(path), isDerived: true, () => read(path)))
            DamagedFiles.Add(path);
    }

    private void CheckHeader(string generation, Checkpoint checkpoint)
    {
        var path = NamespaceLayout.Vectors(generation);
        IsHeaderWhole = Try(FileOf(path), isDerived: true, () =>
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var header = new byte[NpyHeader.Bytes];
            var shape = NpyHeader.Read(header.AsSpan(0, RandomAccess.Read(file, header, 0)));
            if (shape.Dimension != dimension || shape.Rows < checkpoint.RowCount)
                throw new StorageException(StorageErrorCode.DataCorruption, "The header counts fewer rows than the checkpoint");
        });
    }

    private void CheckRows(string generation, Checkpoint checkpoint, CancellationToken cancellation)
    {
        var metadata = FileOf(NamespaceLayout.Metadata(generation));
        RowInspector? opened = null;
        if (!Try(metadata, isDerived: false, () => opened = new RowInspector(generation, dimension)))
            return;

        using var rows = opened!;
        Try(metadata, isDerived: false, rows.CheckFormat);
        var vectors = FileOf(NamespaceLayout.Vectors(generation));
        if (dimension > 0 && !checkpoint.IsBeforeChecksums && (!rows.HasChecksums || (checkpoint.RowCount > 0 && !rows.HasChecksum(checkpoint.RowCount - 1))))
            Findings.Add(FileOf(NamespaceLayout.VectorChecksums(generation)), "The checksums of the vectors are missing, too few or none");
        var values = new float[dimension];
        var idSum = 0UL;
        for (var row = 0; row < checkpoint.RowCount; row++, Rows++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!rows.TryReadMetadata(row, out var id, out _))
                Findings.Add(metadata, "The row is missing or does not match its checksum", null, row, id);
            if (!rows.TryReadVector(row, values))
                Findings.Add(vectors, "The vector is missing or does not match its checksum", rows.OffsetOf(row), row, id);
            idSum += id is null ? 0 : RowInspector.PairOf(row, Encoding.ASCII.GetBytes(id));
        }

        if (!rows.TryReadDeaths(checkpoint, []))
            Findings.Add(metadata, "The tombstones are not those that the checkpoint counts");
        IsIdIndexWhole = rows.SumIdIndex(checkpoint.RowCount) == idSum;
        if (!IsIdIndexWhole)
            Findings.Add(metadata, "The index of ids does not agree with the rows", isDerived: true);
    }

    private bool Try(string file, bool isDerived, Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (Exception e) when (e is StorageException { Code: not StorageErrorCode.NewerFormat } or IOException or UnauthorizedAccessException && !e.IsShortage())
        {
            Findings.Add(file, e is StorageException ? e.Message : "The file is missing or cannot be read", isDerived: isDerived);
            return false;
        }
    }

    private static string FileOf(string path) => $"{Path.GetFileName(Path.GetDirectoryName(path))}/{Path.GetFileName(path)}";
}
