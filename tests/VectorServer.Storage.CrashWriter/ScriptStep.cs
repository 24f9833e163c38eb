namespace VectorServer.Storage.CrashWriter;

/// <summary>One step and what it may need.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Namespace">In which namespace.</param>
/// <param name="Records">To write.</param>
/// <param name="Ids">To delete or, the first alone, to update.</param>
/// <param name="Number">A new value of the field n, or a choice.</param>
/// <param name="Colour">For filters.</param>
public sealed record ScriptStep(
    StepKind Kind, string Namespace, IReadOnlyList<CrashRecord> Records, IReadOnlyList<string> Ids, int Number, int Colour);
