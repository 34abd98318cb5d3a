BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Changes.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Revoke-CosmiAccess' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator -NoPause
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Revoke-CosmiAccess | Should -Be @(
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
            '-WhatIf|wi [SwitchParameter] All'
        )
    }

    BeforeAll {
        $function = '33333333-0000-0000-0000-000000000022'
    }

    It 'takes a role away, and the second time finds none' {
        $null = Grant-CosmiAccess -PrincipalId $function -Role Reader -AccountName myaccount
        Revoke-CosmiAccess -PrincipalId $function -Role Reader -AccountName myaccount | Should -BeNullOrEmpty
        Get-CosmiAccess -AccountName myaccount -PrincipalId $function | Should -BeNullOrEmpty
        $told = Revoke-CosmiAccess -PrincipalId $function -Role Reader -AccountName myaccount -Verbose 4>&1
        @($told | Where-Object { "$_" -like "already so: there is no role Reader of $function*" }).Count | Should -Be 1
    }

    It 'takes what Get-CosmiAccess gives, and leaves what comes from above' {
        $null = 'Reader', 'Contributor' | ForEach-Object { Grant-CosmiAccess -PrincipalId $function -Role $_ -AccountName myaccount }
        Get-CosmiAccess -AccountName myaccount -PrincipalId $function | Revoke-CosmiAccess 3>&1 | Should -BeNullOrEmpty
        Get-CosmiAccess -AccountName myaccount -PrincipalId $function | Should -BeNullOrEmpty
        $told = Revoke-CosmiAccess -PrincipalId 22222222-0000-0000-0000-000000000002 -Role Reader -AccountName myaccount 3>&1
        "$told" | Should -BeLike '22222222-0000-0000-0000-000000000002 still has the role Reader on account myaccount: it was given on */resourceGroups/rg, *'
        (Get-CosmiAccess -AccountName myaccount -PrincipalId 22222222-0000-0000-0000-000000000002).Role | Should -Be 'Reader'
    }

    It 'prints with -WhatIf what it sends without' {
        $null = Grant-CosmiAccess -PrincipalId $function -Role Reader -AccountName myaccount
        Clear-SimulatorJournal -Simulator $simulator
        $printed = Get-WhatIf -Script "Revoke-CosmiAccess -PrincipalId $function -Role Reader -AccountName myaccount -WhatIf"
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
        Revoke-CosmiAccess -PrincipalId $function -Role Reader -AccountName myaccount
        Assert-Sent -Printed $printed -Sent (Get-Change -Simulator $simulator)
    }

    It 'says <What>' -ForEach @(
        @{ What = 'that an id is none'; Arguments = @{ PrincipalId = 'me'; Role = 'Reader' }; Id = 'Cosmi.InvalidArgument' }
        @{ What = 'that there is no such role'; Arguments = @{ PrincipalId = '33333333-0000-0000-0000-000000000022'; Role = 'No Such Role' }; Id = 'Cosmi.NotFound' }
    ) {
        $failure = Invoke-Failing { Revoke-CosmiAccess -AccountName myaccount @Arguments -ErrorAction Stop }
        $failure.Id | Should -Be $Id
        $failure.Action | Should -Not -BeNullOrEmpty
    }
}

Describe 'Revoke-CosmiAccess -DataPlane' {
    BeforeAll {
        $function = '33333333-0000-0000-0000-000000000022'
        $reader = 'Cosmos DB Built-in Data Reader'
    }

    BeforeEach {
        $splat = @{ DataPlane = $true; AccountName = 'myaccount'; PrincipalId = $function; Role = $reader }
        Reset-Simulator -Simulator $simulator -NoPause
    }

    It 'takes a role away right there, and the second time finds none' {
        $null = Grant-CosmiAccess @splat
        $null = Grant-CosmiAccess @splat -Database Test
        $null = Grant-CosmiAccess @splat -Database Test -Collection Test
        Revoke-CosmiAccess @splat -Database Test | Should -BeNullOrEmpty
        @((Get-CosmiAccess -DataPlane -AccountName myaccount).ScopeText) | Should -Be @('account', 'collection Test in database Test')
        $told = Revoke-CosmiAccess @splat -Database Test -Verbose 4>&1
        @($told | Where-Object { "$_" -like "already so: there is no role $reader of $function on the data of database Test of account myaccount" }).Count | Should -Be 1
        Revoke-CosmiAccess @splat
        Revoke-CosmiAccess @splat -Database Test -Collection Test
        Get-CosmiAccess -DataPlane -AccountName myaccount | Should -BeNullOrEmpty
    }

    It 'takes what Get-CosmiAccess gives, of either kind' {
        $null = Grant-CosmiAccess @splat
        $null = Grant-CosmiAccess @splat -Database Test
        $splat['Role'] = 'Order Writer'
        $null = Grant-CosmiAccess @splat -Database Test -Collection Test
        $null = Grant-CosmiAccess -AccountName myaccount -PrincipalId $function -Role Reader
        $all = @(Get-CosmiAccess -AccountName myaccount -PrincipalId $function) + @(Get-CosmiAccess -DataPlane -AccountName myaccount)
        $all.Count | Should -Be 4
        $all | Revoke-CosmiAccess
        Get-CosmiAccess -DataPlane -AccountName myaccount | Should -BeNullOrEmpty
        Get-CosmiAccess -AccountName myaccount -PrincipalId $function | Should -BeNullOrEmpty
    }

    It 'need not be waited for' {
        $null = Grant-CosmiAccess @splat
        Clear-SimulatorJournal -Simulator $simulator
        Revoke-CosmiAccess @splat -NoWait
        @(Get-Change -Simulator $simulator).Method | Should -Be 'DELETE'
        @(Get-SimulatorJournal -Simulator $simulator | Where-Object { $_.target -match 'operationsStatus' }) | Should -BeNullOrEmpty
    }

    It 'prints with -WhatIf what it sends without' {
        $null = Grant-CosmiAccess @splat -Database Test
        Clear-SimulatorJournal -Simulator $simulator
        $printed = Get-WhatIf -Script "Revoke-CosmiAccess -DataPlane -PrincipalId $function -Role '$reader' -AccountName myaccount -Database Test -WhatIf"
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
        Revoke-CosmiAccess @splat -Database Test
        Assert-Sent -Printed $printed -Sent (Get-Change -Simulator $simulator)
    }

    It 'says <What>' -ForEach @(
        @{ What = 'that a role of Azure is for no database'; Arguments = @{ DataPlane = $false; Database = 'Test' }; Id = 'Cosmi.InvalidArgument' }
        @{ What = 'that a collection needs its database'; Arguments = @{ Collection = 'Test' }; Id = 'Cosmi.InvalidArgument' }
        @{ What = 'that there is no such role'; Arguments = @{ Role = 'No Such Role' }; Id = 'Cosmi.NotFound' }
    ) {
        foreach ($key in $Arguments.Keys) { $splat[$key] = $Arguments[$key] }
        $failure = Invoke-Failing { Revoke-CosmiAccess @splat -ErrorAction Stop }
        $failure.Id | Should -Be $Id
        $failure.Action | Should -Not -BeNullOrEmpty
        Get-Change -Simulator $simulator | Should -BeNullOrEmpty
    }

    It 'says which action is missing, and which role has it' {
        $null = Grant-CosmiAccess @splat
        $failure = Invoke-Failing { Revoke-CosmiAccess @splat -Client (Connect-CosmiAccount -ClientId 22222222-0000-0000-0000-000000000001) -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.Forbidden'
        $failure.Message | Should -BeLike '*lacks the permission Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments/delete*'
        $failure.Action | Should -BeLike "*'DocumentDB Account Contributor'*"
    }
}
