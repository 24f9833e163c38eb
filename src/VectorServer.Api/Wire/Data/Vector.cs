using System.Text.Json;

namespace VectorServer.Api.Wire.Data;

/// <summary>Schema <c>Vector</c>.</summary>
internal sealed class Vector
{
    public string? Id { get; set; }

    public float[]? Values { get; set; }

    public SparseValues? SparseValues { get; set; }

    public JsonElement? Metadata { get; set; }
}

/// <summary>Schema <c>SparseValues</c>.</summary>
internal sealed class SparseValues
{
    public uint[]? Indices { get; set; }

    public float[]? Values { get; set; }
}

/// <summary>Schema <c>Pagination</c>; absent on the last page.</summary>
internal sealed record Pagination(string Next)
{
    public static Pagination? Of(string? next) => next is null ? null : new Pagination(next);
}

/// <summary>Schema <c>Usage</c>.</summary>
internal sealed record Usage(int ReadUnits)
{
    /// <summary>A query or a page of ids, whatever its size.</summary>
    public static readonly Usage One = new(1);

    /// <summary>One unit for ten records, at least one.</summary>
    public static Usage OfRecords(int count) => new(Math.Max(1, (count + 9) / 10));
}
