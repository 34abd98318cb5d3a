namespace Cosmi.Interop
{
    /// <summary>What an operation has changed.</summary>
    public enum CosmiChange
    {
        /// <summary>Nothing, and nothing was to change: it was a read.</summary>
        None = 0,

        /// <summary>It was made, or made so.</summary>
        New = 1,

        /// <summary>Nothing: it was so already.</summary>
        AlreadySo = 2,

        /// <summary>Azure has accepted the change and is at it: it was not to be waited for.</summary>
        Accepted = 3,

        /// <summary>It was deleted.</summary>
        Deleted = 4,

        /// <summary>Nothing: there was none.</summary>
        Absent = 5,
    }
}
