using System.Diagnostics;
using VectorServer.Api.Limits;
using VectorServer.Storage;

namespace VectorServer.Api.Metrics;

/// <summary>What is the case at the moment of asking: of indexes, of the process and of the disk.</summary>
internal sealed class ServerGauges(IStorageEngine engine, ProcessMemory memory, MemoryCeiling ceiling, ServerOptions options)
{
    private static readonly (string Name, string Help, Func<IndexFigures, double?> Of)[] OfIndexes =
    [
        ("vectorserver_records", "Live records of the namespaces that are open.", state => state.Records),
        ("vectorserver_deleted_rows", "Rows of open namespaces that compaction would give back.", state => state.DeletedRows),
        ("vectorserver_namespaces", "Namespaces there are.", state => state.Namespaces),
        ("vectorserver_namespaces_open", "Namespaces used since the start, and so open.", state => state.OpenNamespaces),
        ("vectorserver_namespaces_damaged", "Namespaces not served since their files are damaged.", state => state.DamagedNamespaces),
        ("vectorserver_log_pending_bytes", "Bytes of logs that a crash now would leave to be replayed.", state => state.LogBytes),
        ("vectorserver_recall_at_10", "Share of the true best 10 that sampled queries found; absent before the first.", state => state.RecallAt10),
    ];

    public void Write(PrometheusText text)
    {
        var indexes = engine.Indexes.Select(index => (index.Descriptor.Name, State: index.Figures?.Observe())).ToList();
        text.WriteGauge("vectorserver_indexes", "Indexes there are.", indexes.Count);
        foreach (var (name, help, value) in OfIndexes)
        {
            text.WriteHead(name, MetricKind.Gauge, help);
            foreach (var (index, state) in indexes)
            {
                if (state is not null && value(state) is { } known)
                    text.WriteSample(name, known, ("index", index));
            }
        }

        WriteDamage(text);
        WriteProcess(text);
    }

    private void WriteDamage(PrometheusText text)
    {
        text.WriteHead("vectorserver_damage_found_total", MetricKind.Counter, "Namespaces and indexes found damaged.");
        text.WriteSample("vectorserver_damage_found_total", engine.Damage.Found);
        text.WriteHead("vectorserver_derived_files_rebuilt_total", MetricKind.Counter, "Derived files found damaged and made anew.");
        text.WriteSample("vectorserver_derived_files_rebuilt_total", engine.Damage.Rebuilt);
        text.WriteHead("vectorserver_quarantined_total", MetricKind.Counter, "Damaged originals that repair moved aside.");
        text.WriteSample("vectorserver_quarantined_total", engine.Damage.Quarantined);
    }

    private void WriteProcess(PrometheusText text)
    {
        using var process = Process.GetCurrentProcess();
        text.WriteHead("process_cpu_seconds_total", MetricKind.Counter, "Processor time used.");
        text.WriteSample("process_cpu_seconds_total", process.TotalProcessorTime.TotalSeconds);
        text.WriteGauge("process_start_time_seconds", "When the process started, since 1970.", (process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds);
        text.WriteGauge("process_resident_memory_bytes", "Resident memory, mapped files included.", process.WorkingSet64);
        text.WriteGauge("process_open_fds", "Open files and sockets.", process.HandleCount);
        text.WriteGauge("process_threads", "Threads.", process.Threads.Count);
        text.WriteGauge("dotnet_gc_heap_bytes", "Managed memory in use, garbage included.", GC.GetTotalMemory(forceFullCollection: false));
        text.WriteGauge("vectorserver_memory_held_bytes", "Memory that the process alone can give back: what the limit is compared with.", memory.HeldBytes());
        if (ceiling.LimitBytes < long.MaxValue)
            text.WriteGauge("vectorserver_memory_limit_bytes", "Memory above which writes are refused.", ceiling.LimitBytes);
        if (DiskFreeBytes() is { } free)
            text.WriteGauge("vectorserver_disk_free_bytes", "Space left for the data directory.", free);
    }

    private long? DiskFreeBytes()
    {
        try
        {
            return new DriveInfo(options.DataDirectory).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the directory is gone: that is no reason to tell nothing else
        }
    }
}
