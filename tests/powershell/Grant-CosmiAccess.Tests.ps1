BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Changes.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Grant-CosmiAccess' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator -NoPause
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Grant-CosmiAccess | Should -Be @(
            '-AccountName [String] Account<name'
            '-Client [Client] All'
            '-Collection|Name|Container [String] All<name'
            '-Confirm|cf [SwitchParameter] All'
            '-Database|DatabaseName [String] All<name'
            '-DataPlane [SwitchParameter] All<name'
            '-NoWait [SwitchParameter] All'
            '-PrincipalId|ObjectId [String] All!@0<name'
            '-ResourceGroupName|ResourceGroup [String] Account<name'
            '-ResourceId [String] ResourceId!<name'
            '-Role [String] All!@1<name'
            '-SubscriptionId [String] Account<name'
            '-TimeoutSec [Int32] All'
            '-Wait [SwitchParameter] All'
            '-WhatIf|wi [SwitchParameter] All'
        )
    }

    BeforeAll {
        $function = '33333333-0000-0000-0000-000000000022'
        $own = '33333333-0000-0000-0000-000000000002'
    }

    It 'gives a role, and the second time says that it is so already' {
        $given = Grant-CosmiAccess -PrincipalId $function -Role 'Cosmos DB Account Reader Role' -AccountName myaccount
        $given | Should -BeOfType ([Cosmi.Access])
        $given.Change | Should -Be 'New'
        $given.AccountName | Should -Be 'myaccount'
        $given.Role | Should -Be 'Cosmos DB Account Reader Role'
        $given.PrincipalId | Should -Be $function
        $given.PrincipalType | Should -Be 'ServicePrincipal'
        $given.Scope | Should -BeLike '*/databaseAccounts/myaccount'
        $again = Grant-CosmiAccess -PrincipalId $function -Role 'Cosmos DB Account Reader Role' -AccountName myaccount
        $again.Change | Should -Be 'AlreadySo'
        $again.AssignmentId | Should -Be $given.AssignmentId
        $again | Out-String | Should -BeLike '*already so*'
        @(Get-CosmiAccess -AccountName myaccount -PrincipalId $function).Count | Should -Be 1
    }

    It 'knows the usual roles as the library does: <Role>' -ForEach @(
        @{ Role = 'DocumentDB Account Contributor' }
        @{ Role = 'Cosmos DB Account Reader Role' }
        @{ Role = 'Cosmos DB Operator' }
        @{ Role = 'Reader' }
        @{ Role = 'Contributor' }
    ) {
        (Grant-CosmiAccess -PrincipalId $function -Role $Role -AccountName myaccount).Role | Should -BeExactly $Role
        @(Get-SimulatorJournal -Simulator $simulator | Where-Object { $_.target -match 'roleDefinitions' }) | Should -BeNullOrEmpty
    }

    It 'takes a role by its id, and looks up any other name' {
        (Grant-CosmiAccess -PrincipalId $function -Role 5bd9cd88-fe45-4216-938b-f97437e15450 -AccountName myaccount).Role | Should -Be 'DocumentDB Account Contributor'
        $full = "/subscriptions/$($simulator.subscriptionId)/providers/Microsoft.Authorization/roleDefinitions/5bd9cd88-fe45-4216-938b-f97437e15450"
        (Grant-CosmiAccess -PrincipalId $function -Role $full -AccountName myaccount).Change | Should -Be 'AlreadySo'
        (Grant-CosmiAccess -PrincipalId $function -Role 'Cosmos DB Deployer' -AccountName myaccount).Change | Should -Be 'New'
        (Invoke-Failing { Grant-CosmiAccess -PrincipalId $function -Role 'No Such Role' -AccountName myaccount -ErrorAction Stop }).Id | Should -Be 'Cosmi.NotFound'
    }

    It 'offers the roles of the tutorial first' {
        $line = 'Grant-CosmiAccess -Role '
        $offered = [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches.CompletionText
        $offered[0..1] | Should -Be @("'DocumentDB Account Contributor'", "'Cosmos DB Account Reader Role'")
    }

    It 'takes a machine from the pipeline, and its account is not the machine''s group''s' {
        (Get-CosmiIdentity -VMName myvm -ResourceGroupName rg | Grant-CosmiAccess -AccountName myaccount -Role Reader).PrincipalId | Should -Be $own
        ((Get-CosmiIdentity -VMName assignedvm -ResourceGroupName rg).UserAssigned | Grant-CosmiAccess -AccountName myaccount -Role Reader).PrincipalId | Should -Be '22222222-0000-0000-0000-000000000012'
    }

    It 'says what to do where the machine has no identity' {
        $failure = Invoke-Failing { Get-CosmiIdentity -VMName plainvm -ResourceGroupName rg | Grant-CosmiAccess -AccountName myaccount -Role Reader -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Action | Should -BeLike '*Enable-CosmiIdentity*'
    }

    It 'waits until the role counts, with new tokens' {
        $null = New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location westeurope
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /role-assignments -Body @{ delaySeconds = 3 }
        (Invoke-Failing { Get-CosmiAccountKey -AccountName newaccount -Kind ReadOnly -ErrorAction Stop }).Id | Should -Be 'Cosmi.Forbidden'
        Clear-SimulatorJournal -Simulator $simulator
        $given = Grant-CosmiAccess -PrincipalId $own -Role 'Cosmos DB Account Reader Role' -AccountName newaccount -Wait
        $given.Change | Should -Be 'New'
        (Get-CosmiAccountKey -AccountName newaccount -Kind ReadOnly).Count | Should -Be 2
        @(Get-SimulatorJournal -Simulator $simulator | Where-Object { $_.target -match 'oauth2/token' }).Count | Should -BeGreaterThan 1
    }

    It 'waits for a bounded time only, and the role stays' {
        $null = New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location westeurope
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /role-assignments -Body @{ delaySeconds = 600 }
        $failure = Invoke-Failing { Grant-CosmiAccess -PrincipalId $own -Role 'Cosmos DB Account Reader Role' -AccountName newaccount -Wait -TimeoutSec 2 -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.TimedOut'
        $failure.Category | Should -Be 'OperationTimeout'
        $failure.Message | Should -BeLike '*was given*'
        $failure.Action | Should -BeLike '*run the same command again*'
        (Get-CosmiAccess -AccountName newaccount -PrincipalId $own).Role | Should -Contain 'Cosmos DB Account Reader Role'
    }

    It 'warns where it cannot tell whether the role counts' {
        $warnings = $null
        $null = Grant-CosmiAccess -PrincipalId $function -Role Reader -AccountName myaccount -Wait -WarningVariable warnings -WarningAction SilentlyContinue
        [string] $warnings | Should -BeLike '*not the identity of this machine*'
    }

    It 'prints with -WhatIf what it sends without' {
        $splat = "-SubscriptionId $($simulator.subscriptionId) -ResourceGroupName rg -AccountName myaccount -PrincipalId $function"
        $printed = Get-WhatIf -Script "Grant-CosmiAccess $splat -Role Reader -WhatIf; Grant-CosmiAccess -AccountName myaccount -PrincipalId $function -Role Own -Wait -WhatIf"
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
        $printed[1].Path | Should -Be '.../databaseAccounts/myaccount/providers/Microsoft.Authorization/roleAssignments/...'
        # The id of any other role is found out by asking.
        $printed[1].Body | Should -BeLike '*"roleDefinitionId":".../providers/Microsoft.Authorization/roleDefinitions/..."*'
        $null = & ([scriptblock]::Create("Grant-CosmiAccess $splat -Role Reader"))
        Assert-Sent -Printed $printed[0] -Sent (Get-Change -Simulator $simulator)
    }

    It 'says <What>' -ForEach @(
        @{ What = 'that an id is none'; Arguments = @{ PrincipalId = 'me'; Role = 'Reader'; AccountName = 'myaccount' }; Id = 'Cosmi.InvalidArgument' }
        @{ What = 'that there is no such account'; Arguments = @{ PrincipalId = '33333333-0000-0000-0000-000000000022'; Role = 'Reader'; AccountName = 'nosuchaccount' }; Id = 'Cosmi.NotFound' }
    ) {
        $failure = Invoke-Failing { Grant-CosmiAccess @Arguments -ErrorAction Stop }
        $failure.Id | Should -Be $Id
        $failure.Target | Should -Be $Arguments.PrincipalId
        $failure.Action | Should -Not -BeNullOrEmpty
    }

    It 'says that the identity that asks may not' {
        $failure = Invoke-Failing { Grant-CosmiAccess -Client (Connect-CosmiAccount -ClientId 22222222-0000-0000-0000-000000000001) -PrincipalId $function -Role Reader -AccountName myaccount -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.Forbidden'
        $failure.Message | Should -BeLike '*roleAssignments/write*'
    }
}

Describe 'Grant-CosmiAccess -DataPlane' {
    BeforeAll {
        $function = '33333333-0000-0000-0000-000000000022'
        $own = '33333333-0000-0000-0000-000000000002'
        $reader = 'Cosmos DB Built-in Data Reader'
    }

    BeforeEach {
        $splat = @{ DataPlane = $true; AccountName = 'myaccount'; PrincipalId = $function; Role = $reader }
        Reset-Simulator -Simulator $simulator -NoPause
    }

    It 'gives a role on <What>, and the second time says that it is so already' -ForEach @(
        @{ What = 'the account'; Place = @{}; End = ''; Text = 'account' }
        @{ What = 'a database'; Place = @{ Database = 'Test' }; End = '/dbs/Test'; Text = 'database Test' }
        @{ What = 'a collection'; Place = @{ Database = 'Test'; Collection = 'Test' }; End = '/dbs/Test/colls/Test'; Text = 'collection Test in database Test' }
    ) {
        $given = Grant-CosmiAccess @splat @Place
        $given | Should -BeOfType ([Cosmi.Access])
        $given.Change | Should -Be 'New'
        $given.DataPlane | Should -BeTrue
        $given.AccountName | Should -Be 'myaccount'
        $given.Database | Should -Be $Place['Database']
        $given.Collection | Should -Be $Place['Collection']
        $given.Role | Should -Be $reader
        $given.RoleId | Should -Be '00000000-0000-0000-0000-000000000001'
        $given.PrincipalId | Should -Be $function
        $given.Scope | Should -BeLike "*/databaseAccounts/myaccount$End"
        $given.ScopeText | Should -Be $Text
        Clear-SimulatorJournal -Simulator $simulator
        $again = Grant-CosmiAccess @splat @Place
        $again.Change | Should -Be 'AlreadySo'
        $again.AssignmentId | Should -Be $given.AssignmentId
        Get-Change -Simulator $simulator | Should -BeNullOrEmpty
        $shown = $again | Out-String -Width 300
        $shown | Should -BeLike '*already so*'
        $shown | Should -Match 'AssignmentId : /subscriptions/.*/sqlRoleAssignments/'
        $shown | Should -Not -Match 'PrincipalType'
    }

    It 'knows the built-in roles as the account does' {
        foreach ($role in $reader, 'Cosmos DB Built-in Data Contributor') {
            (Grant-CosmiAccess -DataPlane -PrincipalId $own -Role $role -AccountName myaccount).Role | Should -BeExactly $role
        }
        @(Get-SimulatorJournal -Simulator $simulator | Where-Object { $_.target -match 'sqlRoleDefinitions' }) | Should -BeNullOrEmpty
    }

    It 'takes a role that was made for the account, by its name, its id or its resource id' {
        $splat['Role'] = 'Order Writer'
        $given = Grant-CosmiAccess @splat
        $given.Role | Should -Be 'Order Writer'
        $own = $given.AssignmentId -replace '/sqlRoleAssignments/.*$', "/sqlRoleDefinitions/$($given.RoleId)"
        foreach ($same in $given.RoleId, $own) {
            $splat['Role'] = $same
            (Grant-CosmiAccess @splat).Change | Should -Be 'AlreadySo' -Because $same
        }
    }

    It 'offers Cosmos DB''s own roles, and without -DataPlane those of Azure' {
        $offered = { param($Line, $At) [System.Management.Automation.CommandCompletion]::CompleteInput($Line, $At, $null).CompletionMatches.CompletionText }
        $both = "'Cosmos DB Built-in Data Reader'", "'Cosmos DB Built-in Data Contributor'"
        foreach ($verb in 'Grant', 'Revoke') {
            $line = "$verb-CosmiAccess -DataPlane -Role "
            & $offered $line $line.Length | Should -Be $both
            $line = "$verb-CosmiAccess -Role "
            & $offered "$line -DataPlane" $line.Length | Should -Be $both
            & $offered $line $line.Length | Should -Not -Contain $both[0]
            $line = "$verb-CosmiAccess -DataPlane:`$false -Role "
            & $offered $line $line.Length | Should -Not -Contain $both[0]
        }
    }

    It 'takes a machine, databases and collections from the pipeline' {
        (Get-CosmiIdentity | Grant-CosmiAccess -DataPlane -AccountName myaccount -Role $reader).PrincipalId | Should -Be $own
        $given = Get-CosmiCollection -AccountName myaccount -Database D | Grant-CosmiAccess -DataPlane -PrincipalId $function -Role $reader
        @($given.ScopeText) | Should -Be @('collection A in database D', 'collection B in database D', 'collection C in database D')
        (Get-CosmiDatabase -AccountName myaccount -Name Test | Grant-CosmiAccess -DataPlane -PrincipalId $function -Role $reader).ScopeText | Should -Be 'database Test'
        # An account's name is no collection's.
        $account = Get-CosmiAccount -Name myaccount
        ($account | Grant-CosmiAccess -DataPlane -PrincipalId $function -Role $reader).ScopeText | Should -Be 'account'
        ($account | Grant-CosmiAccess -DataPlane -Database D -PrincipalId $function -Role $reader).ScopeText | Should -Be 'database D'
    }

    It 'need not be waited for' {
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ polls = 1000; seconds = 2 }
        $accepted = Grant-CosmiAccess @splat -Database Test -NoWait
        $accepted.Change | Should -Be 'Accepted'
        $accepted.Role | Should -Be $reader
        $accepted.PrincipalId | Should -Be $function
        $accepted.ScopeText | Should -Be 'database Test'
        $accepted | Out-String | Should -Not -Match 'AssignmentId'
        @(Get-SimulatorJournal -Simulator $simulator | Where-Object { $_.target -match 'operationsStatus' }) | Should -BeNullOrEmpty
    }

    It 'shows how far Azure is' {
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ polls = 3 }
        $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
        try {
            $null = $shell.AddScript("Import-Module -Name '$env:COSMI_MODULE'; Grant-CosmiAccess -DataPlane -AccountName myaccount -PrincipalId $function -Role '$reader'").Invoke()
            $shell.Streams.Error | Should -BeNullOrEmpty
            $records = @($shell.Streams.Progress | Where-Object { $_.Activity -eq 'Grant-CosmiAccess' })
            ($records.CurrentOperation -join "`n") | Should -BeLike '*give a role on the data of account myaccount: * after *'
            $records[-1].RecordType | Should -Be 'Completed'
        }
        finally {
            $shell.Dispose()
        }
    }

    It 'goes on in Azure after its time, and the same command waits for it' {
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ polls = 1000; seconds = 3; retryAfter = '0' }
        $failure = Invoke-Failing { Grant-CosmiAccess @splat -TimeoutSec 1 -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.TimedOut'
        $failure.Action | Should -BeLike '*goes on there; run the same command again*'
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ retryAfter = '0' }
        (Grant-CosmiAccess @splat).Role | Should -Be $reader
        @(Get-CosmiAccess -DataPlane -AccountName myaccount).Count | Should -Be 1
    }

    It 'prints with -WhatIf what it sends without: <Arguments>' -ForEach @(
        @{ Arguments = "-Role 'Cosmos DB Built-in Data Reader'" }
        @{ Arguments = "-Role 00000000-0000-0000-0000-000000000002 -Database Test" }
        @{ Arguments = "-Role 'cosmos db built-in data reader' -Database Test -Collection Test -NoWait" }
    ) {
        $script = "Grant-CosmiAccess -DataPlane -SubscriptionId $($simulator.subscriptionId) -ResourceGroupName rg -AccountName myaccount -PrincipalId $function $Arguments"
        $printed = Get-WhatIf -Script "$script -WhatIf"
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
        $printed.Path | Should -BeLike '*/databaseAccounts/myaccount/sqlRoleAssignments/...'
        $null = & ([scriptblock]::Create($script))
        Assert-Sent -Printed $printed -Sent (Get-Change -Simulator $simulator)
    }

    It 'sends nothing that is not confirmed' {
        $output = Invoke-Child -Script "Import-Module -Name '$env:COSMI_MODULE'; try { Grant-CosmiAccess -DataPlane -AccountName myaccount -PrincipalId $function -Role '$reader' -Confirm } catch { 'not given' }"
        $output | Should -BeLike '*not given*'
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'refuses before anything is sent: <What>' -ForEach @(
        @{ What = 'a database for a role of Azure'; Arguments = @{ DataPlane = $false; Database = 'Test' }; Message = '*whole account, not for database Test'; Action = '*-DataPlane*' }
        @{ What = 'a collection for a role of Azure'; Arguments = @{ DataPlane = $false; Database = 'Test'; Collection = 'Test' }; Message = '*not for collection Test in database Test'; Action = '*-DataPlane*' }
        @{ What = 'a collection without its database'; Arguments = @{ Collection = 'Test' }; Message = 'collection Test is named without its database'; Action = '*-Database*' }
        @{ What = 'a database that is an unset variable'; Arguments = @{ Database = '' }; Message = 'the database*empty'; Action = '*-Database*' }
        @{ What = 'a collection that is an unset variable'; Arguments = @{ Database = 'Test'; Collection = $null }; Message = 'the collection*empty'; Action = '*-Collection*' }
        @{ What = 'waiting for what cannot be tried'; Arguments = @{ Wait = $true }; Message = '-Wait and -DataPlane do not go together*'; Action = 'leave -Wait out*' }
        @{ What = 'to wait and not to wait'; Arguments = @{ Wait = $true; NoWait = $true; DataPlane = $false }; Message = '-Wait and -NoWait*'; Action = '*' }
        @{ What = 'an id that is none'; Arguments = @{ PrincipalId = 'me' }; Message = '*not an object id'; Action = '*principal*' }
        @{ What = 'a name that no database can have'; Arguments = @{ Database = 'a/b' }; Message = '*name of the database has a /'; Action = '*' }
    ) {
        foreach ($key in $Arguments.Keys) { $splat[$key] = $Arguments[$key] }
        $failure = Invoke-Failing { Grant-CosmiAccess @splat -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        $failure.Category | Should -Be 'InvalidArgument'
        $failure.Message | Should -BeLike $Message
        $failure.Action | Should -BeLike $Action
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'says that there is no such <What>, and changes nothing' -ForEach @(
        @{ What = 'role'; Arguments = @{ Role = 'No Such Role' }; Message = "*no data-plane role 'No Such Role'"; Action = "*'Cosmos DB Built-in Data Reader'*" }
        @{ What = 'role on the data, but one of Azure'; Arguments = @{ Role = 'Reader' }; Message = "*no data-plane role 'Reader'"; Action = '*leave -DataPlane out*' }
        @{ What = 'role of Azure, but one on the data'; Arguments = @{ DataPlane = $false }; Message = "there is no role 'Cosmos DB Built-in Data Reader'"; Action = '*add -DataPlane*' }
        @{ What = 'database'; Arguments = @{ Database = 'Nowhere' }; Message = 'account myaccount has no database Nowhere*'; Action = '*names*' }
        @{ What = 'collection'; Arguments = @{ Database = 'Test'; Collection = 'Nowhere' }; Message = 'database Test of account myaccount has no collection Nowhere*'; Action = '*names*' }
        @{ What = 'account'; Arguments = @{ AccountName = 'nosuchaccount' }; Message = '*nosuchaccount*'; Action = '*' }
    ) {
        foreach ($key in $Arguments.Keys) { $splat[$key] = $Arguments[$key] }
        $failure = Invoke-Failing { Grant-CosmiAccess @splat -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.NotFound'
        $failure.Category | Should -Be 'ObjectNotFound'
        $failure.Target | Should -Be $function
        $failure.Message | Should -BeLike $Message
        $failure.Action | Should -BeLike $Action
        Get-Change -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'says that the directory has no such identity' {
        $splat['PrincipalId'] = '99999999-0000-0000-0000-000000000009'
        $failure = Invoke-Failing { Grant-CosmiAccess @splat -TimeoutSec 5 -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.NotFound'
        $failure.Message | Should -BeLike '*no identity 99999999-0000-0000-0000-000000000009*'
        $failure.Action | Should -BeLike '*object (principal) id*'
    }

    It 'says which action is missing, and which role has it' {
        $failure = Invoke-Failing { Grant-CosmiAccess @splat -Client (Connect-CosmiAccount -ClientId 22222222-0000-0000-0000-000000000001) -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.Forbidden'
        $failure.Category | Should -Be 'PermissionDenied'
        $failure.Message | Should -BeLike '*lacks the permission Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/write*'
        $failure.Action | Should -BeLike "*'DocumentDB Account Contributor'*"
    }
}
