namespace VectorServer.Storage.Namespaces;

/// <summary>How many searches were answered, and how many of the answers were certified. Thread-safe.</summary>
internal sealed class AnswerCount
{
    private long _all;
    private long _certified;

    /// <summary>The share of answers that were certified; null before the first.</summary>
    public double? CertifiedShare => Interlocked.Read(ref _all) is > 0 and var all ? (double)Interlocked.Read(ref _certified) / all : null;

    public void Add(bool isCertified)
    {
        Interlocked.Increment(ref _all);
        if (isCertified)
            Interlocked.Increment(ref _certified);
        (isCertified ? StorageMeter.Certified : StorageMeter.Uncertified).Add(1);
    }
}
