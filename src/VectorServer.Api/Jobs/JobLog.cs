namespace VectorServer.Api.Jobs;

/// <summary>The lines of the log about jobs: one when a job starts, one when it ends. They quote no record. Thread-safe.</summary>
internal sealed partial class JobLog(ILogger<JobLog> logger, TimeProvider time)
{
    /// <param name="job">What kind it is, and which: <c>Import 3</c>.</param>
    /// <param name="index">The name of its index.</param>
    public JobRun Start(string job, string index)
    {
        LogStarted(logger, job, index);
        return new JobRun(this, job, index, time.GetTimestamp());
    }

    private void End(JobRun run, string outcome, string detail, Exception? failure)
    {
        var level = failure is not null ? LogLevel.Error : outcome == JobRun.Failed ? LogLevel.Warning : LogLevel.Information;
        var durationMs = time.GetElapsedTime(run.StartedAt).TotalMilliseconds;
        LogEnded(logger, level, run.Job, run.Index, outcome, durationMs, detail, failure);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Job:l} of index {Index:l} started")]
    private static partial void LogStarted(ILogger logger, string job, string index);

    [LoggerMessage(Message = "{Job:l} of index {Index:l} {Outcome:l} after {DurationMs:0.0} ms{Detail:l}")]
    private static partial void LogEnded(
        ILogger logger, LogLevel level, string job, string index, string outcome, double durationMs, string detail, Exception? failure);

    /// <summary>A job at work.</summary>
    internal readonly record struct JobRun(JobLog Log, string Job, string Index, long StartedAt)
    {
        public const string Completed = "completed";
        public const string Failed = "failed";
        public const string Cancelled = "was cancelled";

        /// <summary>By the server's stop.</summary>
        public const string Interrupted = "was interrupted";

        /// <param name="outcome">One of the above.</param>
        /// <param name="detail">More of it, for an operator.</param>
        /// <param name="failure">What the operator should see the cause of.</param>
        public void End(string outcome, string? detail = null, Exception? failure = null) =>
            Log.End(this, outcome, detail is null ? "" : $": {detail}", failure);

        /// <summary>Ends a job by what it threw.</summary>
        public void EndBy(Exception exception, bool isStopping, CancellationToken cancellation)
        {
            if (isStopping)
                End(Interrupted, "the server stops");
            else if (cancellation.IsCancellationRequested)
                End(Cancelled);
            else
                End(Failed, failure: exception);
        }
    }
}
