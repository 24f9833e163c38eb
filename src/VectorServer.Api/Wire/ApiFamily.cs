namespace VectorServer.Api.Wire;

/// <summary>The families of wire shapes that <c>X-Pinecone-Api-Version</c> chooses between, oldest first.</summary>
internal enum ApiFamily
{
    /// <summary>No header, an unknown one, or up to 2025-04.</summary>
    Classic,

    /// <summary>2025-10 and 2026-04: classic with <c>read_capacity</c>.</summary>
    ReadCapacity,

    /// <summary>2026-07 and later: <c>schema</c> and <c>deployment</c>.</summary>
    Schema,
}
