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
        Reset-Simulator -Simulator $simulator
        # Work in Azure takes one look more, but no time.
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ retryAfter = '0' }
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Grant-CosmiAccess | Should -Be @(
            '-AccountName [String] Account<name'
            '-Client [Client] All'
            '-Confirm|cf [SwitchParameter] All'
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
