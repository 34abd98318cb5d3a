using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>A command about the roles that identities have on an account.</summary>
    public abstract class CosmiAccessCmdlet : CosmiResourceCmdlet
    {
        private bool _isDatabaseGiven;
        private bool _isCollectionGiven;

        /// <summary>Whether Cosmos DB's own roles are meant, for data; without it those of Azure Resource Manager, for accounts and their keys.</summary>
        [Parameter(ValueFromPipelineByPropertyName = true)]
        public SwitchParameter DataPlane { get; set; }

        /// <summary>The database whose data is meant; without it the whole account's.</summary>
        [Parameter(ValueFromPipelineByPropertyName = true)]
        [Alias("DatabaseName")]
        [AllowNull]
        [AllowEmptyString]
        [ArgumentCompleter(typeof(DatabaseCompleter))]
        [AfterResourceId]
        public string? Database { get; set; }

        /// <summary>The collection whose data is meant; without it the whole database's.</summary>
        [Parameter(ValueFromPipelineByPropertyName = true)]
        [Alias("Name", "Container")]
        [AllowNull]
        [AllowEmptyString]
        [ArgumentCompleter(typeof(CollectionCompleter))]
        [AfterResourceId]
        public string? Collection { get; set; }

        /// <inheritdoc/>
        protected override void BeginProcessing()
        {
            base.BeginProcessing();
            // Later on these also hold what came through the pipeline, where an empty name means the whole.
            _isDatabaseGiven = MyInvocation.BoundParameters.ContainsKey(nameof(Database));
            _isCollectionGiven = MyInvocation.BoundParameters.ContainsKey(nameof(Collection));
            if (_isDatabaseGiven && string.IsNullOrEmpty(Database))
            {
                Refuse("the database's name is empty", "give -Database a name, or leave it out for the whole account");
            }

            if (_isCollectionGiven && string.IsNullOrEmpty(Collection))
            {
                Refuse("the collection's name is empty", "give -Collection a name, or leave it out for the whole database");
            }
        }

        /// <summary>What the role is on; null, after an error was written, where there is no such thing.</summary>
        private protected DataScope? Scope()
        {
            string? database = string.IsNullOrEmpty(Database) ? null : Database;
            string? collection = string.IsNullOrEmpty(Collection) ? null : Collection;
            // Whatever else comes through the pipeline with a name is no collection: an account, an identity.
            if (!_isCollectionGiven && (database == null || (_isDatabaseGiven && IsAccountsOwn(collection, AccountName))))
            {
                collection = null;
            }

            var scope = new DataScope(database, collection);
            RefusalException? refusal = null;
            if (collection != null && database == null)
            {
                refusal = new RefusalException($"collection {collection} is named without its database", "name the database with -Database");
            }
            else if (database != null && !DataPlane)
            {
                refusal = new RefusalException(
                    $"a role of Azure Resource Manager is for a whole account, not for {scope.Text}",
                    "add -DataPlane if one of Cosmos DB's own roles is meant, which are for data; else leave -Database and -Collection out");
            }

            if (refusal == null)
            {
                return scope;
            }

            WriteError(Errors.Record(refusal, collection ?? database));
            return null;
        }

        /// <summary>Whether an identity is named; where a machine without one came through the pipeline, an error says so.</summary>
        private protected bool IsPrincipal(string? principalId, bool allowsNone = false)
        {
            if (principalId == null ? allowsNone : principalId.Length > 0)
            {
                return true;
            }

            WriteError(Errors.Record(
                new RefusalException(
                    "there is no principal id",
                    "turn the machine's identity on with Enable-CosmiIdentity, or give -PrincipalId the object id of an identity"),
                principalId));
            return false;
        }

        /// <summary>What the role is on, in words.</summary>
        private protected static string Place(CosmiAccountReference account, DataScope scope) =>
            scope.Database == null ? $"account {Target(account)}" : $"{scope.Text} of account {Target(account)}";
    }
}
