namespace VectorServer.Api.Wire.Data;

/// <summary>Schema <c>UpsertRequest</c>.</summary>
internal sealed class UpsertRequest
{
    public List<Vector?>? Vectors { get; set; }

    public string? Namespace { get; set; }
}

/// <summary>Schema <c>UpsertResponse</c>.</summary>
internal sealed record UpsertResponse(int UpsertedCount);
