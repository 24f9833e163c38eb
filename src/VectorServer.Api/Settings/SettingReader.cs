using System.Globalization;

namespace VectorServer.Api.Settings;

/// <summary>Reads single settings, each with a message that names the setting, the value and the rule.</summary>
internal sealed class SettingReader(IConfiguration configuration)
{
    public string Text(ServerSetting setting) => configuration[setting.ConfigurationKey]?.Trim() is { Length: > 0 } text ? text : setting.Default;

    public int Number(ServerSetting setting, int min, int max)
    {
        var text = Text(setting);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw Bad(setting, text, $"a number from {min} to {max}");
    }

    /// <summary>A part of a whole, 0 to 1.</summary>
    public double Share(ServerSetting setting)
    {
        var text = Text(setting);
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share <= 1
            ? share
            : throw Bad(setting, text, "a number from 0 to 1");
    }

    public bool Flag(ServerSetting setting) => Choice(setting, ("true", true), ("false", false), ("1", true), ("0", false));

    /// <summary>One of a few words, in any case.</summary>
    public T Choice<T>(ServerSetting setting, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        var text = Text(setting);
        foreach (var choice in choices)
        {
            if (choice.Word.Equals(text, StringComparison.OrdinalIgnoreCase))
                return choice.Value;
        }

        var words = new List<string>();
        foreach (var choice in choices)
        {
            if (choice.Word.Length > 0)
                words.Add(choice.Word);
        }

        throw Bad(setting, text, $"one of {string.Join(", ", words)}");
    }

    /// <summary>A time as digits and a unit, <c>ms</c> or <c>s</c>; 0 needs none.</summary>
    public TimeSpan Duration(ServerSetting setting, TimeSpan max)
    {
        var text = Text(setting);
        var (digits, unit) = text switch
        {
            "0" => ("0", TimeSpan.Zero),
            [.. var before, 'm', 's'] => (before, TimeSpan.FromMilliseconds(1)),
            [.. var before, 's'] => (before, TimeSpan.FromSeconds(1)),
            _ => ("", TimeSpan.Zero),
        };
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count * unit <= max
            ? count * unit
            : throw Bad(setting, text, $"a time such as 500ms or 2s, at most {max.TotalSeconds}s");
    }

    /// <summary>Bytes, see <see cref="ByteSize"/>.</summary>
    public long Size(ServerSetting setting, long max)
    {
        var text = Text(setting);
        return ByteSize.TryParse(text, out var bytes) && bytes <= max ? bytes : throw Bad(setting, text, $"a size such as 512k or 64m, at most {max >> 20}m");
    }

    /// <summary>A list in one text, separated by commas unless it says otherwise, or an array in appsettings.json.</summary>
    public string[] List(ServerSetting setting, char separator = ',')
    {
        var text = configuration[setting.ConfigurationKey];
        var parts = string.IsNullOrWhiteSpace(text)
            ? configuration.GetSection(setting.ConfigurationKey).GetChildren().Select(child => child.Value?.Trim() ?? "")
            : text.Split(separator, StringSplitOptions.TrimEntries);
        return [.. parts.Where(part => part.Length > 0)];
    }

    public static SettingsException Bad(ServerSetting setting, string value, string rule) => new($"{setting} must be {rule}, got '{value}'");
}
