using System.Text.Json.Nodes;

namespace VectorServer.Api.Tests.Conformance;

/// <summary>The three published descriptions that a version consists of.</summary>
internal enum Area
{
    Control,
    Data,
    Inference,
}

/// <summary>An operation as one version of the specification has it.</summary>
/// <param name="Id">Its <c>operationId</c>.</param>
/// <param name="Area">The description it is in.</param>
/// <param name="Method">In upper case.</param>
/// <param name="Path">With one parameter in braces at most.</param>
/// <param name="Success">Status of success.</param>
/// <param name="Schema">Of the answer; null for an empty one.</param>
/// <param name="Errors">Statuses of refusals, <c>4XX</c> among them.</param>
/// <param name="HasEnvelope">Refusals have the control plane's shape.</param>
internal sealed record SpecOperation(
    string Id, Area Area, string Method, string Path, int Success, JsonObject? Schema, IReadOnlySet<string> Errors, bool HasEnvelope)
{
    public bool Lists(int status) => Errors.Contains($"{status}") || Errors.Contains($"{status / 100}XX");
}
