using System.Globalization;

namespace VectorServer.Api.Settings;

/// <summary>
/// Reads rules such as <c>POST /query=503:0.2,lost:0.05</c>: an optional method and a path, <c>=</c>, and faults with their shares. Without
/// <c>=</c> the shares are those of every route.
/// </summary>
internal static class FaultParser
{
    /// <summary>The rule, for messages about a setting that breaks it.</summary>
    public static readonly string Grammar =
        $"rules separated by ';', each [[METHOD ]PATH=]FAULT:SHARE[,FAULT:SHARE], a fault being one of {string.Join(", ", Fault.All.Select(fault => fault.Name))}, "
        + "a share from 0 to 1 and at most 1 together, a path /like/this or ending in *";

    public static bool TryParse(string text, out FaultRule rule)
    {
        var split = text.IndexOf('=');
        var shares = new List<(Fault, double)>();
        foreach (var part in text[(split + 1)..].Split(',', StringSplitOptions.TrimEntries))
        {
            if (!TryParseShare(part, out var share))
            {
                rule = null!;
                return false;
            }

            shares.Add(share);
        }

        var isRoute = TryParseRoute(split < 0 ? "*" : text[..split], out var method, out var path);
        rule = new FaultRule(method, path, shares);
        return isRoute && shares.Sum(share => share.Item2) <= 1 + 1e-9; // 0.1 ten times is a little more than 1
    }

    private static bool TryParseRoute(string text, out string? method, out string path)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        (method, path) = words.Length == 2 ? (words[0], words[1]) : (null, words.FirstOrDefault(""));
        var star = path.IndexOf('*');
        return words.Length is 1 or 2
            && (method is null || method.All(char.IsAsciiLetter))
            && (path == "*" || path.StartsWith('/'))
            && (star < 0 || star == path.Length - 1);
    }

    private static bool TryParseShare(string text, out (Fault, double) share)
    {
        share = default;
        var split = text.IndexOf(':');
        if (split < 0
            || Fault.All.FirstOrDefault(fault => fault.Name.Equals(text[..split].Trim(), StringComparison.OrdinalIgnoreCase)) is not { } found
            || !double.TryParse(text[(split + 1)..], NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var part)
            || part is not (>= 0 and <= 1))
            return false;
        share = (found, part);
        return true;
    }
}
