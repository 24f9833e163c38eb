using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace VectorServer.Api.Wire.Data;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(Float32ArrayConverter), typeof(Int64TextConverter), typeof(ProtoInt32Converter), typeof(ProtoUInt32Converter)])]
[JsonSerializable(typeof(UpsertRequest))]
[JsonSerializable(typeof(UpsertResponse))]
[JsonSerializable(typeof(QueryRequest))]
[JsonSerializable(typeof(QueryManyRequest))]
[JsonSerializable(typeof(CountRequest))]
[JsonSerializable(typeof(CountResponse))]
[JsonSerializable(typeof(AdviseRequest))]
[JsonSerializable(typeof(AdviceModel))]
[JsonSerializable(typeof(IntegrityModel))]
[JsonSerializable(typeof(UpdateRequest))]
[JsonSerializable(typeof(UpdateResponse))]
[JsonSerializable(typeof(DeleteRequest))]
[JsonSerializable(typeof(FetchByMetadataRequest))]
[JsonSerializable(typeof(ListResponse))]
[JsonSerializable(typeof(DescribeIndexStatsRequest))]
[JsonSerializable(typeof(IndexDescription))]
[JsonSerializable(typeof(CreateNamespaceRequest))]
[JsonSerializable(typeof(NamespaceDescription))]
[JsonSerializable(typeof(ListNamespacesResponse))]
[JsonSerializable(typeof(CreateNamespaceAliasRequest))]
[JsonSerializable(typeof(RepointNamespaceAliasRequest))]
[JsonSerializable(typeof(NamespaceAliasDescription))]
[JsonSerializable(typeof(ListNamespaceAliasesResponse))]
[JsonSerializable(typeof(Vector))]
[JsonSerializable(typeof(StartImportRequest))]
[JsonSerializable(typeof(StartImportResponse))]
[JsonSerializable(typeof(ImportModel))]
[JsonSerializable(typeof(ListImportsResponse))]
[JsonSerializable(typeof(StartExportRequest))]
[JsonSerializable(typeof(ExportModel))]
[JsonSerializable(typeof(ListExportsResponse))]
internal sealed partial class DataJsonContext : JsonSerializerContext;

/// <summary>The JSON of the data plane: generated, and taking the original snake_case names of fields as proto-JSON readers do.</summary>
internal static class DataJson
{
    private static readonly JsonSerializerOptions Options = new(DataJsonContext.Default.Options)
    {
        // Names are quoted readably; answers are never placed inside HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = DataJsonContext.Default.WithAddedModifier(AcceptSnakeCase),
    };

    public static JsonTypeInfo<T> Type<T>() => TypeOf<T>.Info;

    /// <summary>Gives each camelCase property a second name that is read and never written: <c>topK</c> is also <c>top_k</c>.</summary>
    private static void AcceptSnakeCase(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.ToArray())
        {
            var snakeName = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
            if (property.Set is null || property.IsExtensionData || type.Properties.Any(other => other.Name == snakeName))
                continue;

            var alias = type.CreateJsonPropertyInfo(property.PropertyType, snakeName);
            alias.Set = property.Set;
            type.Properties.Add(alias);
        }
    }

    private static class TypeOf<T>
    {
        public static readonly JsonTypeInfo<T> Info = (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
    }
}
