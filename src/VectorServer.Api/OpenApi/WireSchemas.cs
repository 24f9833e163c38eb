using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using VectorServer.Api.Wire.Control;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.OpenApi;

/// <summary>The wire's types as the framework's description sees them: by the generated contexts that read and write them.</summary>
internal static class WireSchemas
{
    /// <summary>The contexts have names of fields in two styles, and one set of options describes all: each keeps its own names.</summary>
    public static IJsonTypeInfoResolver Resolver { get; } = JsonTypeInfoResolver.Combine(
        Named(WrittenBodiesJsonContext.Default), Named(DataJsonContext.Default), Named(ControlJsonContext.Default));

    /// <summary>Corrects what the framework cannot know of the wire's types.</summary>
    public static Task Correct(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        // A 64-bit integer as proto-JSON writes it, by a converter.
        if (context.JsonTypeInfo.Type == typeof(Int64Text))
            (schema.Type, schema.Properties, schema.Required) = (JsonSchemaType.String, null, null);

        // What is null is left out.
        foreach (var property in context.JsonTypeInfo.Properties.Where(property => property.IsGetNullable))
            schema.Required?.Remove(property.Name);
        return Task.CompletedTask;
    }

    private static IJsonTypeInfoResolver Named(JsonSerializerContext context) => context.WithAddedModifier(type =>
    {
        if (type.Kind != JsonTypeInfoKind.Object || context.Options.GetTypeInfo(type.Type) is not { } own)
            return;
        for (var i = 0; i < type.Properties.Count && i < own.Properties.Count; i++)
            type.Properties[i].Name = own.Properties[i].Name;
    });
}
