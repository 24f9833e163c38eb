using System.Threading.Channels;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.Integrity;

namespace VectorServer.Storage.Namespaces;

/// <summary>
/// Keeps a namespace's codes: loads what was saved, encodes what is missing, takes another compression. A few rows are encoded where they
/// are written; many in the background, and until they are done the namespace goes on with the codes it has, or without.
/// </summary>
/// <remarks>All but the background work is called by the namespace's one writer, or before there is one.</remarks>
internal sealed class CodeKeeper(NamespaceStore store, CodecChoice choice, EngineOptions options, Action<string> log)
{
    private const int RowsAtOnceMax = 50_000; // half a second at usual dimensions
    private const int RowsPerStep = 10_000; // between looks at whether the work is still wanted

    private readonly BackgroundWork _work = new();
    private volatile CodeStore? _pending; // being encoded, of the generation below
    private Generation? _pendingOf;

    /// <summary>No codes are being made.</summary>
    public bool IsAtRest => _pending is null && _work.IsAtRest;

    /// <summary>The codes of a generation that is being opened; null while it has no calibration that fits the choice, and while many are missing.</summary>
    public CodeStore? Open(NamespaceSnapshot snapshot)
    {
        var generation = snapshot.Generation;
        var codec = CalibrationFile.Read(generation.CodecPath, options);
        return codec?.Compression == choice.Wanted ? Encode(Load(codec, snapshot), snapshot) : null;
    }

    /// <summary>The snapshot's codes, brought up to its last row; made when there are rows enough to calibrate on.</summary>
    public CodeStore? Extend(NamespaceSnapshot snapshot)
    {
        if (snapshot.Codes is { } codes)
        {
            codes.EncodeUpTo(snapshot.Generation.Vectors.Row, snapshot.RowCount);
            return codes;
        }

        if (_pending is not null && _pendingOf == snapshot.Generation)
            return null;
        return choice.Calibrate(snapshot) is { } codec ? Encode(Make(codec, snapshot.Generation), snapshot) : null;
    }

    /// <summary>Takes the compression that is wanted now; the codes there are serve until the others are made.</summary>
    public CodeStore? Change(NamespaceSnapshot snapshot)
    {
        Abandon();
        var codes = choice.Calibrate(snapshot) is { } codec ? Encode(Make(codec, snapshot.Generation), snapshot) : null;
        if (codes is null && _pending is not null)
            return snapshot.Codes;
        if (snapshot.Codes is { } replaced)
            snapshot.Generation.Disown(replaced);
        return codes;
    }

    /// <summary>The calibration that the rows of the next generation are encoded with; null where they get one of their own.</summary>
    public Codec? CodecOf(NamespaceSnapshot snapshot) => snapshot.Codes?.Codec ?? (_pendingOf == snapshot.Generation ? _pending?.Codec : null);

    /// <summary>The codes of a compacted generation.</summary>
    /// <param name="before">What it replaces.</param>
    /// <param name="compacted">What it holds, with the codes that were made along with it.</param>
    public CodeStore? Carry(NamespaceSnapshot before, NamespaceSnapshot compacted)
    {
        var codec = CodecOf(before);
        _pending = null; // goes with its generation
        if (compacted.Codes is { } made && made.Codec == codec)
            return made;
        return codec is null ? Extend(compacted with { Codes = null }) : Encode(Make(codec, compacted.Generation), compacted);
    }

    /// <summary>Begins the work in the background, if there is any. Called once the namespace is open, and after each change.</summary>
    public void Start()
    {
        if (_pending is not null)
            _work.TryStart(RunAsync);
    }

    /// <summary>Ends the work under way and allows no more.</summary>
    public Task StopAsync() => _work.StopAsync();

    /// <summary>Codes of a new calibration, which is saved.</summary>
    public static CodeStore Make(Codec codec, Generation generation)
    {
        IO.AtomicFile.Write(generation.Disk, generation.CodecPath, codec.Serialize());
        generation.Disk.DeleteFile(generation.CodesPath); // of another calibration
        var codes = new CodeStore(codec);
        generation.Own(codes);
        return codes;
    }

    private CodeStore Load(Codec codec, NamespaceSnapshot snapshot)
    {
        var generation = snapshot.Generation;
        var codes = new CodeStore(codec);
        generation.Own(codes);
        if (!File.Exists(generation.CodesPath))
            return codes;
        try
        {
            CodeFile.Read(generation.CodesPath, codes, snapshot.RowCount);
            codes.SavedRows = codes.Count;
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            log($"encodes its rows anew: {e.Message}");
            generation.Disk.DeleteFile(generation.CodesPath);
        }

        return codes;
    }

    private CodeStore? Encode(CodeStore codes, NamespaceSnapshot snapshot)
    {
        if (snapshot.RowCount - codes.Count > RowsAtOnceMax)
        {
            (_pendingOf, _pending) = (snapshot.Generation, codes);
            return null;
        }

        codes.EncodeUpTo(snapshot.Generation.Vectors.Row, snapshot.RowCount);
        return codes;
    }

    private void Abandon()
    {
        if (_pending is { } pending)
            _pendingOf!.Disown(pending);
        _pending = null;
    }

    private async Task RunAsync()
    {
        try
        {
            while (_pending is { } codes)
                await StepAsync(codes).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // the namespace is closing
        }
        catch (Exception e)
        {
            log($"could not encode its rows and is scanned without codes: {e}");
        }
    }

    private async Task StepAsync(CodeStore codes)
    {
        if (!store.TryAcquireCurrent(out var lease))
            throw new OperationCanceledException();
        using (lease)
        {
            var snapshot = lease.Snapshot;
            while (codes == _pending && snapshot.Generation == _pendingOf && snapshot.RowCount - codes.Count > RowsPerStep)
            {
                _work.Stopping.ThrowIfCancellationRequested();
                codes.EncodeUpTo(snapshot.Generation.Vectors.Row, codes.Count + RowsPerStep);
            }

            await store.PublishAsync(current => Finish(current, codes), _work.Stopping).ConfigureAwait(false);
        }
    }

    /// <summary>On the writer: the codes become the snapshot's, unless they are wanted no more or far behind again.</summary>
    private NamespaceSnapshot Finish(NamespaceSnapshot current, CodeStore codes)
    {
        if (codes != _pending)
            return current;
        if (current.Generation != _pendingOf)
        {
            _pending = null; // compaction has made others
            return current;
        }

        if (current.RowCount - codes.Count > RowsAtOnceMax)
            return current;
        codes.EncodeUpTo(current.Generation.Vectors.Row, current.RowCount);
        _pending = null;
        if (current.Codes is { } replaced)
            current.Generation.Disown(replaced);
        return current with { Codes = codes };
    }
}
