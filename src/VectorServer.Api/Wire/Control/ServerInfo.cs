namespace VectorServer.Api.Wire.Control;

/// <summary>The answer of <c>GET /info</c>, an extension.</summary>
/// <param name="Version">Of the program.</param>
/// <param name="ApiVersions">Versions of Pinecone's API that are served, oldest first.</param>
/// <param name="Engine">Where records are kept.</param>
/// <param name="Auth"><c>off</c>, or <c>keys</c>.</param>
/// <param name="Addressing">How the data plane of an index is reached.</param>
/// <param name="UptimeSeconds">Since the start.</param>
internal sealed record ServerInfo(
    string Version, IReadOnlyList<string> ApiVersions, string Engine, string Auth, string Addressing, double UptimeSeconds);
