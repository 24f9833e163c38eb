namespace VectorServer.Storage.Codecs;

/// <summary>A query as one codec wants it; see <see cref="Codec.Prepare"/>.</summary>
internal abstract class PreparedQuery
{
    /// <summary>How the kernel's integer of a row becomes its rank.</summary>
    public required RankFormula Formula { get; init; }
}
