using System.Text.Json.Serialization;
using VectorServer.Storage;

namespace VectorServer.Api.Wire.Data;

/// <summary>What <c>/maintenance/verify</c> and <c>/maintenance/repair</c> answer. An extension, in snake_case.</summary>
internal sealed record IntegrityModel(
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("namespaces")] IReadOnlyDictionary<string, NamespaceIntegrityModel> Namespaces)
{
    public static IntegrityModel Of(IReadOnlyList<NamespaceIntegrity> reports) => new(
        reports.All(report => report.IsWhole) ? "whole"
        : reports.All(report => report.IsWhole || report.NewerFormat is not null) ? "newer_format"
        : "damaged",
        reports.ToDictionary(report => NamespaceName.ToWire(report.Namespace), NamespaceIntegrityModel.Of));
}

/// <summary>One namespace of an <see cref="IntegrityModel"/>.</summary>
internal sealed record NamespaceIntegrityModel(
    [property: JsonPropertyName("rows")] int Rows,
    [property: JsonPropertyName("damage_count")] int DamageCount,
    [property: JsonPropertyName("damage")] IReadOnlyList<DamageModel> Damage,
    [property: JsonPropertyName("repair")] RepairModel? Repair,
    [property: JsonPropertyName("newer_format")] string? NewerFormat)
{
    public static NamespaceIntegrityModel Of(NamespaceIntegrity report) => new(
        report.Rows,
        report.FindingCount,
        [.. report.Findings.Select(found => new DamageModel(found.File, found.Offset, found.Row, found.Id, found.What, found.IsDerived))],
        report.Repair is { } repair
            ? new RepairModel(
                repair.IsRepaired, repair.RecordsKept, repair.RecordsLost, repair.OperationsLost, repair.LostIds, repair.AreDeathsUncertain, repair.Quarantine)
            : null,
        report.NewerFormat);
}

/// <summary>One thing that is damaged; what is not known of its place is left out.</summary>
internal sealed record DamageModel(
    [property: JsonPropertyName("file")] string File,
    [property: JsonPropertyName("offset")] long? Offset,
    [property: JsonPropertyName("row")] int? Row,
    [property: JsonPropertyName("id")] string? Id,
    [property: JsonPropertyName("what")] string What,
    [property: JsonPropertyName("derived")] bool IsDerived);

/// <summary>What repair did.</summary>
internal sealed record RepairModel(
    [property: JsonPropertyName("repaired")] bool IsRepaired,
    [property: JsonPropertyName("records_kept")] int RecordsKept,
    [property: JsonPropertyName("records_lost")] int RecordsLost,
    [property: JsonPropertyName("operations_lost")] long OperationsLost,
    [property: JsonPropertyName("lost_ids")] IReadOnlyList<string> LostIds,
    [property: JsonPropertyName("deaths_uncertain")] bool AreDeathsUncertain,
    [property: JsonPropertyName("quarantine")] string? Quarantine);
