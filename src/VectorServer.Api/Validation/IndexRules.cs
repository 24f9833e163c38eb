using System.Text.RegularExpressions;
using VectorServer.Api.Errors;
using VectorServer.Api.Indexes;
using VectorServer.Api.Wire;
using VectorServer.Storage;

namespace VectorServer.Api.Validation;

/// <summary>The rules of single fields of an index, the same in every wire family.</summary>
internal static partial class IndexRules
{
    private const int NameLengthMax = 45;
    private const int DimensionMax = 20000;
    private const int TagsMax = 20;
    private const int CalibrationVectorsMax = 100_000; // far more than any code needs

    /// <param name="name">Checked.</param>
    /// <param name="what">Whose name it is, for the message.</param>
    public static void CheckName(string name, string what = "Index")
    {
        if (name.Length is 0 or > NameLengthMax)
            throw WireException.Invalid($"{what} name must be 1 to {NameLengthMax} characters long, got {name.Length}");
        if (!NamePattern().IsMatch(name))
            throw WireException.Invalid(
                $"{what} name must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character, got '{name}'");
    }

    public static void CheckDimension(int? dimension)
    {
        if (dimension is null)
            throw WireException.Invalid("Dimension is required for dense indexes");
        if (dimension is < 1 or > DimensionMax)
            throw WireException.Invalid($"Dimension must be between 1 and {DimensionMax}, got {dimension}");
    }

    public static Metric ParseMetric(string name) => MetricNames.TryParse(name, out var metric)
        ? metric
        : throw WireException.Invalid($"Metric must be one of cosine, euclidean, dotproduct, got '{name}'");

    public static void CheckDeletionProtection(string? value)
    {
        if (value is not (null or "enabled" or "disabled"))
            throw WireException.Invalid($"deletion_protection must be enabled or disabled, got '{value}'");
    }

    public static void CheckTags(IReadOnlyDictionary<string, string?>? tags)
    {
        foreach (var (key, value) in tags ?? new Dictionary<string, string?>())
        {
            if (!TagKeyPattern().IsMatch(key))
                throw WireException.Invalid($"Tag keys must be 1 to 80 characters of letters, digits, '_' and '-', got '{key}'");
            if (!TagValuePattern().IsMatch(value ?? ""))
                throw WireException.Invalid($"The value of tag '{key}' must be at most 120 printable ASCII characters, got '{value}'");
            if (!string.IsNullOrEmpty(value))
                IndexTags.CheckSetting(key, value);
        }
    }

    /// <summary>Checks the tags an index would have in the end.</summary>
    public static void CheckTagCount(int count)
    {
        if (count > TagsMax)
            throw WireException.Invalid($"An index can have at most {TagsMax} tags, got {count}");
    }

    public static void CheckPodType(string podType)
    {
        if (!PodTypePattern().IsMatch(podType))
            throw WireException.Invalid($"pod_type must be one of s1, p1, p2 followed by .x1, .x2, .x4 or .x8, got '{podType}'");
    }

    public static void CheckAtLeastOne(string field, int? value)
    {
        if (value < 1)
            throw WireException.Invalid($"{field} must be at least 1, got {value}");
    }

    public static void CheckCalibration(IReadOnlyList<float[]>? sample, int dimension)
    {
        if (sample is null)
            return;
        if (dimension == 0)
            throw WireException.Invalid("vs_calibration is for dense indexes");
        if (sample.Count is 0 or > CalibrationVectorsMax)
            throw WireException.Invalid($"vs_calibration must hold 1 to {CalibrationVectorsMax} vectors, got {sample.Count}");

        for (var i = 0; i < sample.Count; i++)
        {
            if (sample[i] is null || sample[i].Length != dimension)
                throw WireException.Invalid(
                    $"vs_calibration: vector dimension {sample[i]?.Length ?? 0} at position {i} does not match the dimension of the index {dimension}");
            if (!sample[i].All(float.IsFinite))
                throw WireException.Invalid($"vs_calibration: the vector at position {i} holds a value beyond float32");
        }
    }

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]*[a-z0-9])?\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,80}\z")]
    private static partial Regex TagKeyPattern();

    [GeneratedRegex(@"^[\x20-\x7E]{0,120}\z")]
    private static partial Regex TagValuePattern();

    [GeneratedRegex(@"^(s1|p1|p2)(\.x[1248])?\z")]
    private static partial Regex PodTypePattern();
}
