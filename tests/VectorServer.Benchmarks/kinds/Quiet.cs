namespace VectorServer.Benchmarks.Kinds;

/// <summary>Waits for work in the background, whichever it is: until the process uses hardly any processor time.</summary>
internal static class Quiet
{
    private const double BusyShare = 0.05; // of one core
    private const int QuietLaps = 3;
    private static readonly TimeSpan Lap = TimeSpan.FromMilliseconds(150);

    public static async Task WaitAsync()
    {
        for (var quiet = 0; quiet < QuietLaps;)
        {
            var before = Environment.CpuUsage.TotalTime;
            await Task.Delay(Lap);
            quiet = Environment.CpuUsage.TotalTime - before < Lap * BusyShare ? quiet + 1 : 0;
        }
    }
}
