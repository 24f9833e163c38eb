namespace VectorServer.DataKinds;

/// <summary>Where a query lies.</summary>
public enum QueryKind
{
    /// <summary>In the distribution of the rows.</summary>
    Alike,

    /// <summary>A stored row itself.</summary>
    Stored,

    /// <summary>Beside a stored row, at a twentieth of the rows' spread.</summary>
    Near,

    /// <summary>Outside of all rows.</summary>
    Far,

    /// <summary>In the middle of all rows, about as far from one as from another.</summary>
    Middle,
}
