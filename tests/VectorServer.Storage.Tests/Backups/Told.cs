namespace VectorServer.Storage.Tests.Backups;

/// <summary>Progress told on the thread that makes it.</summary>
internal sealed class Told(Action<double> tell) : IProgress<double>
{
    public void Report(double value) => tell(value);
}
