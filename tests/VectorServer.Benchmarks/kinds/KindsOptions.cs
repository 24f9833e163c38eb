using System.Globalization;

namespace VectorServer.Benchmarks.Kinds;

/// <summary>What the bench is asked for.</summary>
internal sealed record KindsOptions
{
    /// <summary>Holds another build's <c>VectorServer.Storage.dll</c>; null measures the build under test alone.</summary>
    public string? Beside { get; private init; }

    /// <summary>Holds real rows and queries; null leaves them out.</summary>
    public string? Real { get; private init; }

    /// <summary>Parts of the names of the cases to run; empty runs all.</summary>
    public IReadOnlyList<string> Only { get; private init; } = [];

    /// <summary>Another number of rows for every case.</summary>
    public int? Rows { get; private init; }

    public int TopK { get; private init; } = 10;

    public string Index { get; private init; } = "flat";

    public string Compression { get; private init; } = "auto";

    /// <summary>A few cases in about two minutes.</summary>
    public bool Quick { get; private init; }

    /// <summary>A million rows of noise too.</summary>
    public bool Million { get; private init; }

    /// <summary>Recall and certificates, without times.</summary>
    public bool RecallOnly { get; private init; }

    /// <summary>Which of how many parts of the cases to run, from 1 on: the machine is not to be held for long.</summary>
    public (int Number, int Of) Part { get; private init; } = (1, 1);

    /// <summary>Where the table goes beside the screen; later parts are added to it.</summary>
    public string? Out { get; private init; }

    /// <returns>Null where the words are not understood.</returns>
    public static KindsOptions? Parse(IReadOnlyList<string> words)
    {
        var options = new KindsOptions();
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            KindsOptions? changed = word switch
            {
                "--quick" => options with { Quick = true },
                "--million" => options with { Million = true },
                "--recall-only" => options with { RecallOnly = true },
                _ => ++i < words.Count ? options.With(word, words[i]) : null,
            };
            if (changed is null)
                return null;
            options = changed;
        }

        return options;
    }

    private KindsOptions? With(string option, string value) => option switch
    {
        "--beside" when Directory.Exists(value) => this with { Beside = Path.GetFullPath(value) },
        "--real" when Directory.Exists(value) => this with { Real = value },
        "--only" => this with { Only = value.Split(',') },
        "--rows" when int.TryParse(value, CultureInfo.InvariantCulture, out var rows) && rows > 0 => this with { Rows = rows },
        "--topk" when int.TryParse(value, CultureInfo.InvariantCulture, out var topK) && topK > 0 => this with { TopK = topK },
        "--index" => this with { Index = value },
        "--compression" => this with { Compression = value },
        "--part" when value.Split('/') is [var number, var of] && int.TryParse(number, CultureInfo.InvariantCulture, out var part)
            && int.TryParse(of, CultureInfo.InvariantCulture, out var parts) && part >= 1 && part <= parts => this with { Part = (part, parts) },
        "--out" => this with { Out = value },
        _ => null,
    };
}
