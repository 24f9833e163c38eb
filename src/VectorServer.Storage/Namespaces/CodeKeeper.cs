using System.Threading.Channels;
using VectorServer.Storage.Codecs;
using VectorServer.Storage.IO;

namespace VectorServer.Storage.Namespaces;

/// <summary>
/// Keeps a namespace's codes behind its rows: loads what was saved, calibrates, encodes what is missing, takes another compression. All in the
/// background: rows without codes are scanned, and the codes there are serve until others are made.
/// </summary>
internal sealed class CodeKeeper(NamespaceStore store, CodecChoice choice, EngineServices services, Action<string> log)
{
    private const int TailRows = 1_000; // behind the codes, worth a step; until then they are scanned
    private const int TailRowsMax = 20_000; // so many are scanned in about the time that the codes of half a million take

    /// <summary>Calibrating and encoding all rows takes all the memory bandwidth there is: one namespace of the process at a time.</summary>
    private static readonly SemaphoreSlim Making = new(1);

    private readonly BackgroundWork _work = new();

    /// <summary>No codes are being made.</summary>
    public bool IsAtRest => _work.IsAtRest;

    /// <summary>The saved codes of a generation that is being opened; null without a calibration that fits the choice.</summary>
    public RowCodes? Open(NamespaceSnapshot snapshot)
    {
        var generation = snapshot.Generation;
        var codec = CalibrationFile.Read(generation.CodecPath, services.Log, services.Damage.CountRebuilt);
        if (codec?.Compression != choice.Wanted)
            return null;
        var codes = codec.CreateCodes();
        if (File.Exists(generation.CodesPath))
        {
            try
            {
                CodeFile.Read(generation.CodesPath, codes, snapshot.RowCount);
                codes.SavedRows = codes.Count;
            }
            catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
            {
                log($"encodes its rows anew: {e.Message}");
                generation.Disk.DeleteFile(generation.CodesPath);
                codes.Dispose(); // may hold a part
                codes = codec.CreateCodes();
            }
        }

        codes.OwedRows = snapshot.RowCount;
        generation.Own(codes);
        return codes;
    }

    /// <summary>On the writer: a write that comes faster than rows are encoded encodes what is too much.</summary>
    public static void BoundTail(NamespaceSnapshot snapshot)
    {
        if (snapshot.Codes is { } codes && snapshot.RowCount - Math.Max(codes.Count, codes.OwedRows) > TailRowsMax)
            codes.EncodeUpTo(snapshot.Generation.Vectors.Row, snapshot.RowCount - TailRowsMax / 2, CancellationToken.None);
    }

    /// <summary>The calibration that the rows of the next generation are encoded with; null where they get one of their own.</summary>
    public Codec? CodecOf(NamespaceSnapshot snapshot) => snapshot.Codes?.Codec is { } codec && codec.Compression == choice.Wanted ? codec : null;

    /// <summary>Starts the work if there is any and none is under way. Called after each change.</summary>
    public void Consider(NamespaceSnapshot snapshot)
    {
        if (IsBehind(snapshot))
            _work.StartOrRepeat(RunAsync);
    }

    /// <summary>Ends the work under way and allows no more.</summary>
    public Task StopAsync() => _work.StopAsync();

    /// <summary>Codes of a new calibration, which is saved.</summary>
    public static RowCodes Make(Codec codec, Generation generation)
    {
        AtomicFile.Write(generation.Disk, generation.CodecPath, codec.Serialize());
        generation.Disk.DeleteFile(generation.CodesPath); // of another calibration
        var codes = codec.CreateCodes();
        generation.Own(codes);
        return codes;
    }

    /// <summary>Codes are to be made.</summary>
    public bool IsBehind(NamespaceSnapshot snapshot) => NeedsOthers(snapshot) || IsTailDue(snapshot);

    private bool NeedsOthers(NamespaceSnapshot snapshot)
    {
        var wanted = choice.WantedFor(snapshot);
        return wanted is null
            ? snapshot.Codes is not null && choice.Wanted == Compression.Float32
            : snapshot.Codes is not { TakesRows: true } codes || codes.Codec.Compression != wanted || codes.Codec.OutgrownAt <= snapshot.RowCount;
    }

    private static bool IsTailDue(NamespaceSnapshot snapshot) => snapshot.Codes is { } codes && snapshot.RowCount - codes.Count >= TailRows;

    private async Task RunAsync()
    {
        try
        {
            while (IsBehind(store.Current))
                await StepAsync().ConfigureAwait(false);
            await store.WriteCountsAsync(_work.Stopping).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // the namespace is closing
        }
        catch (Exception e)
        {
            log($"could not encode its rows and scans those without codes: {e}");
        }
    }

    private async Task StepAsync()
    {
        if (!store.TryAcquireCurrent(out var lease))
            throw new OperationCanceledException();
        using (lease)
        {
            var snapshot = lease.Snapshot;
            if (NeedsOthers(snapshot))
                await MakeOthersAsync(snapshot).ConfigureAwait(false);
            else
                snapshot.Codes?.EncodeUpTo(snapshot.Generation.Vectors.Row, snapshot.RowCount, _work.Stopping);
        }
    }

    private async Task MakeOthersAsync(NamespaceSnapshot snapshot)
    {
        await Making.WaitAsync(_work.Stopping).ConfigureAwait(false);
        try
        {
            RowCodes? codes = null;
            if (choice.WantedFor(snapshot) is { } wanted)
            {
                codes = Make(choice.Calibrate(snapshot, wanted, _work.Stopping), snapshot.Generation);
                codes.EncodeUpTo(snapshot.Generation.Vectors.Row, snapshot.RowCount, _work.Stopping);
            }

            await store.PublishAsync(current => Replace(current, snapshot.Generation, codes), _work.Stopping).ConfigureAwait(false);
        }
        finally
        {
            Making.Release();
        }
    }

    /// <summary>On the writer: the codes become the snapshot's, unless compaction has made others meanwhile.</summary>
    private static NamespaceSnapshot Replace(NamespaceSnapshot current, Generation generation, RowCodes? codes)
    {
        if (current.Generation != generation)
            return current;
        if (current.Codes is { } replaced)
            generation.Disown(replaced);
        return current with { Codes = codes };
    }
}
