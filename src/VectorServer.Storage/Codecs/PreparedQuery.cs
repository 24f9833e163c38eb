namespace VectorServer.Storage.Codecs;

/// <summary>A query as one codec wants it; see <see cref="Codec.Prepare"/>.</summary>
internal abstract class PreparedQuery;
